using Bridge.Ports.CrossConnect;
using Bridge.Ports.VhostUser;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.CrossConnect;

/// <summary>A cross-connect and two drivers on its rings, without relays, in the test's own thread.</summary>
internal sealed class PairRig : IDisposable
{
    public PairRig(int buffers = 16, int remoteBufferSize = 512)
    {
        RpmsgOptions options = new(buffers, 512, MaximumAnnouncements: 8);
        Connection = new CrossConnection(
            new CrossConnectOptions { Device = "x", Rpmsg = options, LocalDriver = new VhostUserOptions { Device = "x", SocketPath = "/nowhere" } },
            static () => { }, TimeProvider.System, NullLogger.Instance);
        Remote = new RigDriver(Connection.Remote, options with { BufferSize = remoteBufferSize });
        Local = new RigDriver(Connection.Local, options);
    }

    public CrossConnection Connection { get; }

    public RigDriver Remote { get; }

    public RigDriver Local { get; }

    /// <summary>Both drivers run.</summary>
    public static PairRig Started(int buffers = 16, int remoteBufferSize = 512)
    {
        PairRig rig = new(buffers, remoteBufferSize);
        rig.Remote.Start();
        rig.Local.Start();
        return rig;
    }

    /// <summary>Until nothing moves any more.</summary>
    public void Pump()
    {
        for (int i = 0; Connection.Pump(); i++)
            Assert.True(i < 10_000, "the cross-connect always has more to do");
    }

    public void Dispose()
    {
        Remote.Dispose();
        Local.Dispose();
    }
}
