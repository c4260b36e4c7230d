using System.Net.Sockets;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Applications;

/// <summary>Connects to a gateway's application sockets with nothing but the base class library, as any application would; only the explanations are extra.</summary>
internal static class ApplicationSocket
{
    /// <summary>Connects to a Unix SEQPACKET socket: one packet is one message.</summary>
    /// <exception cref="SocketException">Nobody listens there, or the user may not connect.</exception>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Turns a failed connect into what a user can do about it. <paramref name="path"/> is <c>&lt;run&gt;/&lt;device&gt;/&lt;directory&gt;/&lt;name&gt;</c>.
    /// </summary>
    public static CommandFailedException Explain(string path, SocketException failure)
    {
        string directory = Path.GetDirectoryName(path)!;
        string device = Path.GetDirectoryName(directory)!;
        string run = Path.GetDirectoryName(device)!;
        string what = Path.GetFileName(directory)[..^1]; // channels -> channel
        if (!Directory.Exists(run))
        {
            return new CommandFailedException(
                ExitCode.Unavailable, $"no gateway has its sockets in {run}. Start one with `rpmsg-bridge run --config FILE`, or name the place with --run-directory or --config.", failure);
        }

        if (!Directory.Exists(device))
        {
            return new CommandFailedException(ExitCode.Failure, $"the gateway has no device {Path.GetFileName(device)} in {run}; it has {List(Directory.GetDirectories(run))}.", failure);
        }

        if (!File.Exists(path))
        {
            return new CommandFailedException(
                ExitCode.Failure, $"there is no {what} {Path.GetFileName(path)}, or somebody is using it; free in {directory}: {List(Entries(directory))}.", failure);
        }

        return failure.SocketErrorCode switch
        {
            SocketError.AccessDenied => new CommandFailedException(ExitCode.Failure, $"this user may not connect to {path}: join the group that owns it, or change mode or group in the configuration.", failure),
            _ => new CommandFailedException(ExitCode.Unavailable, $"nobody listens on {path} ({failure.Message}): the gateway has ended, or is busy starting.", failure),
        };
    }

    private static string[] Entries(string directory) => Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [];

    private static string List(string[] paths) => paths.Length == 0 ? "none" : string.Join(", ", paths.Select(Path.GetFileName).Order(StringComparer.Ordinal));
}
