using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>How far a conversation has come, in both directions: what changes with every message. Changed as a whole, by a step (<see cref="StepRecord"/>).</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct FlowRecord
{
    /// <summary>Bytes of one record.</summary>
    public const int Size = 64;

    /// <summary>Messages of the application that were sent on.</summary>
    public long Sent;

    /// <summary>Messages handed over to the application.</summary>
    public long Received;

    /// <summary>Towards the peer.</summary>
    public SendWindow Sending;

    /// <summary>From the peer.</summary>
    public ReceiveWindow Receiving;

    /// <summary>What waits for the application.</summary>
    public QueueCursor Queue;

    /// <summary>Messages of the application have been sent on.</summary>
    public void OnSent(int count = 1)
    {
        Sending.OnSent((uint)count);
        Sent += count;
    }

    /// <summary>The messages that waited longest have been handed over.</summary>
    /// <param name="count">How many.</param>
    /// <param name="capacity">Of the queue.</param>
    public void OnFlushed(int count, int capacity)
    {
        for (int i = 0; i < count; i++)
        {
            Queue.RemoveFirst(capacity);
        }

        Receiving.OnHandedOver(count);
        Received += count;
    }
}
