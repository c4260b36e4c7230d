using System.Security.Cryptography;
using Bridge.Link;
using Bridge.Link.Frames.Device;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>
/// The state machine that joins one port to one lane. Sans-IO: frames go in by <see cref="Receive"/>, frames come out through the lane's output,
/// time through a <see cref="TimeProvider"/>. All calls are made inside the device's turn, one at a time.
/// </summary>
public abstract class Relay
{
    /// <summary>What a peer may have under way besides chains, bytes: control frames, confirmations, what is left of an earlier life.</summary>
    private protected const long ControlAllowance = 1 << 20;

    /// <summary>Makes the part that both sides share.</summary>
    private protected Relay(string device, TimeProvider time, ILogger logger)
    {
        (Device, Time, Log, Lull) = (device, time, logger, new Lull(time));
    }

    /// <summary>The device's name in the configuration.</summary>
    public string Device { get; }

    /// <summary>What was counted.</summary>
    public RelayCounters Counters { get; } = new();

    /// <summary>Bytes that the peer may have under way to this relay, by the credit it was given; beyond it the peer breaks the protocol. Read by link threads at any time.</summary>
    public abstract long InboxLimit { get; }

    /// <summary>When <see cref="Pump"/> must be called although nothing happened, as a timestamp of the time provider; null: never.</summary>
    public virtual long? Deadline => Lull.Deadline;

    /// <summary>The lane has a connection and both sides have stated where they stand.</summary>
    public bool Live { get; private protected set; }

    /// <summary>The connection to write to; null while there is none.</summary>
    private protected LaneOutput? Output { get; private set; }

    private protected TimeProvider Time { get; }

    /// <summary>What may wait for company.</summary>
    private protected Lull Lull { get; }

    private protected ILogger Log { get; }

    private protected uint Epoch { get; set; }

    /// <summary>Which reset of the driver this is, known to both sides; 0: none.</summary>
    public ulong DriverLife { get; private protected set; }

    /// <summary>A new connection: this side states where it stands. Nothing of an older one comes after this.</summary>
    public void LaneUp(LaneOutput output)
    {
        (Output, Live) = (output, false);
        Lull.Forget();
        OnLaneUp(output);
    }

    /// <summary>The connection is gone. What is outstanding stays in the windows and tables.</summary>
    public void LaneDown()
    {
        (Output, Live) = (null, false);
        OnLaneDown();
    }

    /// <summary>One frame of the lane.</summary>
    /// <exception cref="LinkProtocolException">The peer broke the protocol: close the connection with the reason. Nothing is applied halfway.</exception>
    public abstract void Receive(in FrameHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Does the port's and the relay's pending work. True = call again at once.</summary>
    public abstract bool Pump();

    /// <summary>Whether what was written since the last call must be flushed now. False: nothing was, or it may wait until <see cref="Deadline"/>.</summary>
    public virtual bool TakeFlush() => Output is { } output && Lull.TakeFlush(output.Frames);

    /// <summary>What the relay looks like now.</summary>
    public abstract RelayStatus ReadStatus();

    private protected abstract void OnLaneUp(LaneOutput output);

    private protected abstract void OnLaneDown();

    /// <summary>A random number that is not 0: 0 means "no life".</summary>
    private protected static ulong NewLife()
    {
        Span<byte> bytes = stackalloc byte[8];
        ulong life;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            life = BitConverter.ToUInt64(bytes);
        }
        while (life == 0);
        return life;
    }

    /// <summary>Ends what the peer's statement makes impossible.</summary>
    private protected static LinkProtocolException Unexpected(FrameType type, string where) =>
        new(CloseReason.UnexpectedFrame, $"{type} has no meaning {where}");

    /// <summary>The statement of one queue in a RESUME, or null.</summary>
    private protected static QueueProgress? Find(ResumePayload resume, int queue)
    {
        foreach (QueueProgress progress in resume.Queues)
        {
            if (progress.Queue == queue)
                return progress;
        }

        return null;
    }
}
