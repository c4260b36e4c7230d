using System.Buffers.Binary;
using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Floors;

/// <summary>
/// One application's bytes to the transport and back. A thread waits in epoll and writes what has gathered in one go, as the gateway's poll thread does; the transport is read
/// asynchronously with as large a buffer, as the link does. Packets get a 2-byte length.
/// </summary>
internal sealed class PassThroughLine(LocalApplication application, Stream transport)
{
    private const int Prefix = sizeof(ushort);

    /// <summary>Until either end has gone.</summary>
    public async Task RunAsync()
    {
        Thread sending = new(SendLoop, 256 * 1024) { IsBackground = true, Name = "pass-through" };
        sending.Start();
        byte[] buffer = new byte[2 * StreamPath.WriteSize];
        int held = 0;
        while (await transport.ReadAsync(buffer.AsMemory(held)) is var count and > 0)
        {
            if (!Deliver(buffer, held + count, out int consumed))
                return;
            held = held + count - consumed;
            buffer.AsSpan(consumed, held).CopyTo(buffer);
        }
    }

    private bool Deliver(byte[] buffer, int count, out int consumed)
    {
        consumed = count;
        if (!application.HasPackets)
            return application.Send(buffer.AsSpan(0, count));
        consumed = 0;
        while (count - consumed >= Prefix && BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(consumed)) is var length && count - consumed >= Prefix + length)
        {
            if (!application.Send(buffer.AsSpan(consumed + Prefix, length)))
                return false;
            consumed += Prefix + length;
        }

        return true;
    }

    private void SendLoop()
    {
        byte[] buffer = new byte[StreamPath.WriteSize];
        try
        {
            while (true)
            {
                application.WaitReadable();
                for (int count; (count = Gather(buffer)) != 0;)
                {
                    if (count < 0)
                        return;
                    transport.Write(buffer, 0, count);
                }
            }
        }
        catch (IOException)
        {
            // The rig is being taken down.
        }
    }

    /// <summary>Everything that is there, up to a buffer. 0: nothing. -1: the end.</summary>
    private int Gather(byte[] buffer)
    {
        int filled = 0;
        while (true)
        {
            int room = buffer.Length - filled - (application.HasPackets ? Prefix : 0);
            if (room < (application.HasPackets ? MessagePath.MaximumMessage : 1))
                return filled;
            int count = application.Receive(buffer.AsSpan(filled + (application.HasPackets ? Prefix : 0)));
            if (count <= 0)
                return filled > 0 ? filled : count;
            if (application.HasPackets)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(filled), (ushort)count);
                filled += Prefix;
            }

            filled += count;
        }
    }
}
