namespace Bridge.Gateway.Commands.Manual;

/// <summary>Files that the program and its package have to do with, for the manual.</summary>
internal static class ProgramFiles
{
    /// <summary>Name and meaning.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        ("/etc/rpmsg-bridge/gateway.json", "The configuration of the system service."),
        ("/etc/rpmsg-bridge/identity.pem", "Its key."),
        ("/run/rpmsg-bridge/DEVICE/", "Its sockets: channels/, endpoints/, services/, stream and control."),
        ("/run/rpmsg-bridge/admin.sock", "Its admin API."),
    ];
}
