using System.Globalization;

namespace Bridge.Client;

/// <summary>
/// What to connect to: a device and, on it, a channel, an endpoint or a service by its rpmsg name. Immutable. <see cref="ToString"/> is the socket's place below the
/// run directory, such as <c>rpmsg0/channels/echo</c>.
/// </summary>
public sealed record RpmsgPath
{
    private const int MaximumDeviceLength = 63;

    private RpmsgPath(string device, SocketKind kind, string name, string suffix)
    {
        if (!IsDevice(device))
        {
            throw new RpmsgException(RpmsgError.InvalidName, $"'{device}' cannot be a device's name: use 1 to 63 characters of A-Z a-z 0-9 _ . -, beginning with a letter or digit.");
        }

        (Device, Kind, Name) = (device, kind, name);
        File = SocketFileName.Encode(name) is { } file
            ? file + suffix
            : throw new RpmsgException(RpmsgError.InvalidName, $"'{name}' cannot be opened by name, because no file can be called that: have the service named differently.");
    }

    /// <summary>The device's name in the gateway's configuration.</summary>
    public string Device { get; }

    /// <summary>The rpmsg name as it was announced or configured, not percent-encoded. One character per byte.</summary>
    public string Name { get; }

    internal SocketKind Kind { get; }

    internal string File { get; }

    internal string Directory => Kind switch
    {
        SocketKind.Channel => "channels",
        SocketKind.Endpoint => "endpoints",
        _ => "services",
    };

    /// <summary>The newest channel of that name that the other side announced.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.InvalidName"/>.</exception>
    public static RpmsgPath Channel(string device, string name) => new(device, SocketKind.Channel, name, "");

    /// <summary>Exactly one announced channel: that name at that rpmsg address of the other side.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.InvalidName"/>.</exception>
    public static RpmsgPath Endpoint(string device, string name, uint address) =>
        new(device, SocketKind.Endpoint, name, string.Create(CultureInfo.InvariantCulture, $".{address}"));

    /// <summary>A service that this application offers while it is connected.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.InvalidName"/>.</exception>
    public static RpmsgPath Service(string device, string name) => new(device, SocketKind.Service, name, "");

    /// <inheritdoc/>
    public override string ToString() => $"{Device}/{Directory}/{File}";

    private static bool IsDevice(string name) =>
        name.Length is > 0 and <= MaximumDeviceLength && char.IsAsciiLetterOrDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
}
