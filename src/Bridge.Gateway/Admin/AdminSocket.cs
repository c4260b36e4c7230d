using System.Net.Sockets;
using Bridge.Gateway.Commands;
using Bridge.Linux;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Gateway.Admin;

/// <summary>The Unix socket of the admin API: private from its first moment, and never taken from a gateway that runs.</summary>
internal static class AdminSocket
{
    /// <summary>Makes Kestrel serve <paramref name="path"/> and nothing else, with the given permission bits (never any for others) and group, as <see cref="PrepareAsync"/> has checked it.</summary>
    public static void UseAdminSocket(this IWebHostBuilder host, string path, UnixFileMode mode, string? group)
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
            if (endpoint is not UnixDomainSocketEndPoint)
            {
                return AdminTcp.Bind(endpoint);
            }

            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

            // Between bind and listen: nobody can connect yet. The group first: a change of it may take bits away.
            if (group is not null)
            {
                SetGroup(path, group);
            }

            File.SetUnixFileMode(path, mode & ~Others);
            return socket;
        }));
    }

    /// <summary>Makes the place free: creates the directory and removes a socket that a killed gateway left. A new directory gets search permission with each read permission of the
    /// sockets, and the group: it is usually the run directory, whose application sockets the group's members must find too.</summary>
    /// <exception cref="CommandFailedException">A gateway answers there already, or the place cannot be used.</exception>
    public static async Task PrepareAsync(string path, UnixFileMode mode, string? group, CancellationToken cancellation)
    {
        try
        {
            CheckGroup(group);
            MakeDirectory(Path.GetDirectoryName(path)!, mode, group);
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

    private static void CheckGroup(string? group)
    {
        if (group is not null)
        {
            GroupNumber(group);
        }
    }

    private static void SetGroup(string path, string group)
    {
        try
        {
            FileEntry.SetGroup(path, GroupNumber(group));
        }
        catch (LinuxException failure)
        {
            throw new CommandFailedException(ExitCode.Failure, $"{path} cannot be given to group {group}: {failure.Message}. Choose a group that the gateway's user is a member of.", failure);
        }
    }

    private static uint GroupNumber(string group) => UserGroup.FindGroupOrNumber(group)
        ?? throw new CommandFailedException(ExitCode.Configuration, $"there is no group '{group}' on this machine: create it, or set group to another.");

    private static void MakeDirectory(string directory, UnixFileMode mode, string? group)
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(directory, OwnerOnly);
        if (group is not null)
        {
            SetGroup(directory, group);
        }

        UnixFileMode groups = (mode & UnixFileMode.GroupRead) != 0 ? UnixFileMode.GroupRead | UnixFileMode.GroupExecute : 0;
        UnixFileMode others = (mode & UnixFileMode.OtherRead) != 0 ? UnixFileMode.OtherRead | UnixFileMode.OtherExecute : 0;
        File.SetUnixFileMode(directory, OwnerOnly | groups | others);
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
