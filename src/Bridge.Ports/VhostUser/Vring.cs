using Bridge.Linux;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>What the front end has said of one queue, and whether the relay has it. Belongs to the device's turn.</summary>
internal sealed class Vring : IDisposable
{
    /// <summary>SET_VRING_NUM, entries; 0 until it was said.</summary>
    public int Size { get; set; }

    /// <summary>SET_VRING_BASE: the next chain to take.</summary>
    public ushort Base { get; set; }

    /// <summary>SET_VRING_ADDR; null until it was said in this life.</summary>
    public VringAddress? Address { get; set; }

    /// <summary>SET_VRING_KICK came since the ring was stopped: it is started, in the protocol's words.</summary>
    public bool IsStarted { get; set; }

    /// <summary>Its front end has kicked it since then.</summary>
    public bool HasRung { get; set; }

    /// <summary>SET_VRING_ENABLE 1.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>What the front end rings; null: it sends messages, or nothing (then the ring is looked at now and then).</summary>
    public Kick? Kick { get; private set; }

    /// <summary>What rings the front end; null: a message does, if that was agreed on.</summary>
    public Doorbell? Call { get; private set; }

    /// <summary>Rung when the ring is broken.</summary>
    public Doorbell? Error { get; private set; }

    /// <summary>Where the relay knows the ring; null while it does not.</summary>
    public RingLayout? Layout { get; set; }

    /// <summary>The relay does not touch the ring now.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Where the ring stood when it was stopped, if the front end has asked: then it may go on from there.</summary>
    public RingIndices? Returned { get; set; }

    /// <summary>Where the ring stood when it was stopped.</summary>
    public RingIndices Position { get; set; }

    /// <summary>Its front end has come back with the life's in-flight region: wherever it says that the ring begins, the ring goes on where it stood.</summary>
    public bool IsHandedBack { get; set; }

    /// <summary>The relay has the queue.</summary>
    public bool IsSet => Layout is not null;

    public void SetKick(Kick? kick)
    {
        Kick?.Dispose();
        (Kick, HasRung) = (kick, false);
    }

    public void SetCall(Doorbell? call)
    {
        Call?.Dispose();
        Call = call;
    }

    public void SetError(Doorbell? error)
    {
        Error?.Dispose();
        Error = error;
    }

    /// <summary>The life is over: what a new one says again is forgotten. Doorbells stay, because a front end may name them first of all.</summary>
    public void Forget() => (Address, Layout, IsEnabled, IsStopped, Returned, IsHandedBack) = (null, null, false, false, null, false);

    /// <summary>The front end has gone and may come back: doorbells are its own, and the ring is not started until it says so again.</summary>
    public void Detach()
    {
        SetKick(null);
        SetCall(null);
        SetError(null);
        (IsStarted, IsEnabled, Returned, IsHandedBack) = (false, false, null, false);
    }

    public void Dispose()
    {
        SetKick(null);
        SetCall(null);
        SetError(null);
    }
}
