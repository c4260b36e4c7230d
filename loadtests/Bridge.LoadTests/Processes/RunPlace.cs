using System.Net;
using System.Net.Sockets;
using Bridge.Link.Trust;

namespace Bridge.LoadTests.Processes;

/// <summary>The run's directory with the two keys that all parts use, and its ports.</summary>
internal sealed class RunPlace : IDisposable
{
    public RunPlace()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("rpmsg-load-").FullName;
        (NearKey, FarKey) = (Path.Combine(Directory, "near.pem"), Path.Combine(Directory, "far.pem"));
        using GatewayIdentity near = GatewayIdentity.Create(NearKey, "near", TimeProvider.System), far = GatewayIdentity.Create(FarKey, "far", TimeProvider.System);
        (NearFingerprint, FarFingerprint) = (near.Fingerprint, far.Fingerprint);
    }

    public string Directory { get; }

    /// <summary>PEM file of the side that dials.</summary>
    public string NearKey { get; }

    /// <summary>PEM file of the side that listens.</summary>
    public string FarKey { get; }

    public string NearFingerprint { get; }

    public string FarFingerprint { get; }

    /// <summary>A path in the directory; short, because socket paths may have 107 bytes.</summary>
    public string File(string name) => Path.Combine(Directory, name);

    /// <summary>A port of loopback that is free for TCP and UDP now.</summary>
    public static int FreePort()
    {
        using Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)tcp.LocalEndPoint!).Port;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
