using Bridge.Gateway.Configuration;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Ports.VhostUser;

namespace Bridge.Gateway.Composition;

/// <summary>The socket that a vhost-user front end of this machine connects to.</summary>
internal static class FrontEndSocket
{
    /// <summary>Makes its directory.</summary>
    /// <returns>What the port needs to know of it.</returns>
    /// <exception cref="RunDirectoryException">The directory cannot be made, or there is no such group.</exception>
    public static VhostUserOptions Prepare(DeviceConfiguration device, GatewayConfiguration gateway)
    {
        string path = device.Socket ?? throw new ArgumentException($"{device.Name} has no socket", nameof(device));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(RunDirectoryFault.Inaccessible, path, $"{path}: {failure.Message}", failure);
        }

        return new VhostUserOptions
        {
            Device = device.Name,
            SocketPath = path,
            Mode = gateway.SocketMode,
            InBandNotifications = device.InBandNotifications,
            UnsealedMemory = device.UnsealedMemory,
            Group = gateway.Group is { } group
                ? UserGroup.FindGroupOrNumber(group) ?? throw new RunDirectoryException(RunDirectoryFault.Inaccessible, path, $"{path}: there is no group {group}")
                : null,
        };
    }

    /// <summary>What is waited for while no driver runs; null: for the other side.</summary>
    public static string? Waits(VhostUserStatus port) => port switch
    {
        { IsListening: false } => null,
        { FrontEndProcess: { } process } => $"front end of process {process} is connected; waits for its driver",
        { LastFault: { } fault } => $"waits for a front end; the last one was disconnected: {fault}",
        _ => "waits for a front end",
    };
}
