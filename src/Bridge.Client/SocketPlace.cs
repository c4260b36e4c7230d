using System.Net.Sockets;
using System.Text;

namespace Bridge.Client;

/// <summary>One socket's path on this machine: <c>&lt;run&gt;/&lt;device&gt;/&lt;directory&gt;/&lt;file&gt;</c>.</summary>
internal sealed class SocketPlace
{
    // sun_path has 108 bytes, one is the NUL.
    private const int MaximumPathLength = 107;

    public SocketPlace(RpmsgPath target, string run)
    {
        (Target, Run) = (target, System.IO.Path.GetFullPath(run));
        Device = System.IO.Path.Combine(Run, target.Device);
        Directory = System.IO.Path.Combine(Device, target.Directory);
        Path = System.IO.Path.Combine(Directory, target.File);
        Socket = $"{target.Directory}/{target.File}";
        int excess = Encoding.UTF8.GetByteCount(Path) - MaximumPathLength;
        if (excess > 0)
        {
            throw new RpmsgException(RpmsgError.InvalidName, $"{Path} is {excess} bytes too long for a socket: use a shorter run directory or device name.");
        }

        Address = new UnixDomainSocketEndPoint(Path);
        // Shorter than the other one.
        Control = new UnixDomainSocketEndPoint(System.IO.Path.Combine(Device, "control"));
    }

    /// <summary>What was asked for.</summary>
    public RpmsgPath Target { get; }

    /// <summary>The run directory.</summary>
    public string Run { get; }

    /// <summary>The device's directory.</summary>
    public string Device { get; }

    /// <summary>The socket's directory.</summary>
    public string Directory { get; }

    /// <summary>The socket.</summary>
    public string Path { get; }

    /// <summary>The socket as <c>control</c> calls it, below the device's directory.</summary>
    public string Socket { get; }

    /// <summary>The socket for connect(2).</summary>
    public UnixDomainSocketEndPoint Address { get; }

    /// <summary>The device's <c>control</c> for connect(2).</summary>
    public UnixDomainSocketEndPoint Control { get; }
}
