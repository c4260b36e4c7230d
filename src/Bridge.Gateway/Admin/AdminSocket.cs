using System.Net.Sockets;
using Bridge.Gateway.Commands;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Gateway.Admin;

/// <summary>The Unix socket of the admin API: private from its first moment, and never taken from a gateway that runs.</summary>
internal static class AdminSocket
{
    /// <summary>Makes Kestrel serve <paramref name="path"/> and nothing else, with the given permission bits (never any for others).</summary>
    public static void UseAdminSocket(this IWebHostBuilder host, string path, UnixFileMode mode)
    {
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        host.UseKestrelCore();
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenUnixSocket(path);
        });
        host.ConfigureServices(services => services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = endpoint =>
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

            // Between bind and listen: nobody can connect yet.
            File.SetUnixFileMode(path, mode & ~Others);
            return socket;
        }));
    }

    /// <summary>Makes the place free: creates the directory (0700 for a new one) and removes a socket that a killed gateway left.</summary>
    /// <exception cref="CommandFailedException">A gateway answers there already, or the place cannot be used.</exception>
    public static async Task PrepareAsync(string path, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (!File.Exists(path))
            {
                return;
            }

            if (await AnswersAsync(path, cancellation))
            {
                throw new CommandFailedException(
                    ExitCode.Failure, $"a gateway is running already: it answers on {path}. Stop it, or give this one its own runDirectory or adminSocket.");
            }

            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"the admin socket {path} cannot be made: {failure.Message} Set runDirectory or adminSocket to a place that this user may write.", failure);
        }
    }

    private static async Task<bool> AnswersAsync(string path, CancellationToken cancellation)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return true;
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            // Nobody listens: the file is what a killed gateway left.
            return false;
        }
    }
}
