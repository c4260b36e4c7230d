using Bridge.Gateway.Commands;
using Bridge.Ports.Sockets;

namespace Bridge.Gateway.Configuration;

/// <summary>Where applications find a device's sockets: <c>&lt;run&gt;/&lt;device&gt;/channels/&lt;name&gt;</c> and <c>.../services/&lt;name&gt;</c>.</summary>
internal static class SocketPath
{
    /// <summary>The socket on which an application offers a service.</summary>
    /// <exception cref="CommandFailedException">No file can have that name.</exception>
    public static string Service(string runDirectory, string device, string name) => Path.Combine(runDirectory, device, "services", FileName(name));

    /// <summary>The socket of the newest channel of that name that the other side announced.</summary>
    /// <exception cref="CommandFailedException">No file can have that name.</exception>
    public static string Channel(string runDirectory, string device, string name) => Path.Combine(runDirectory, device, "channels", FileName(name));

    private static string FileName(string name) => SocketName.Encode(name)
        ?? throw new CommandFailedException(ExitCode.Usage, $"'{name}' is no rpmsg name; `rpmsg-bridge channels` lists those that there are.");
}
