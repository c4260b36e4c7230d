using Bridge.Linux;
using Bridge.Ports.Polling;

namespace Bridge.Ports.VhostUser;

/// <summary>The doorbell of one queue that the front end rings. Rings only bring the device's turn about: every pump looks at every ring.</summary>
internal sealed class Kick(Doorbell doorbell, Vring vring, PollThread poll) : PollTarget, IDisposable
{
    public override FileDescriptor Descriptor => doorbell.Descriptor;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="LinuxException">The descriptor cannot be watched.</exception>
    public void Listen() => poll.Add(this, PollEvents.In);

    public override void OnReady(PollEvents events)
    {
        // A doorbell whose other end is closed would be ready for ever.
        if (!doorbell.Take())
            return;
        vring.HasRung = true;
        poll.Arm(this, PollEvents.In);
    }

    public void Dispose()
    {
        poll.Remove(this);
        doorbell.Dispose();
    }
}
