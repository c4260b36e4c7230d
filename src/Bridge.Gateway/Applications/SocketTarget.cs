using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Applications;

/// <summary>The application socket that a command wants, and whom to ask about it.</summary>
/// <param name="RunDirectory">The gateway's run directory.</param>
/// <param name="AdminSocket">The gateway's admin socket, which knows more than the directory shows.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Kind"><c>channel</c>, <c>service</c> or <see cref="ControlKind"/>.</param>
/// <param name="Name">The rpmsg name.</param>
/// <param name="Path">The socket.</param>
internal sealed record SocketTarget(string RunDirectory, string AdminSocket, string Device, string Kind, string Name, string Path)
{
    /// <summary>The kind of a device's control socket, which has no rpmsg name.</summary>
    public const string ControlKind = "control";

    /// <summary>The device's control socket.</summary>
    public static SocketTarget Control(GatewayPlaces places, string device) =>
        new(places.RunDirectory, places.AdminSocket, device, ControlKind, "", System.IO.Path.Combine(places.RunDirectory, device, "control"));

    /// <summary>The newest channel of that name that the other side announced.</summary>
    /// <exception cref="Commands.CommandFailedException">No file can have that name.</exception>
    public static SocketTarget Channel(GatewayPlaces places, string device, string name) =>
        new(places.RunDirectory, places.AdminSocket, device, "channel", name, SocketPath.Channel(places.RunDirectory, device, name));

    /// <summary>A service that is offered here.</summary>
    /// <exception cref="Commands.CommandFailedException">No file can have that name.</exception>
    public static SocketTarget Service(GatewayPlaces places, string device, string name) =>
        new(places.RunDirectory, places.AdminSocket, device, "service", name, SocketPath.Service(places.RunDirectory, device, name));
}
