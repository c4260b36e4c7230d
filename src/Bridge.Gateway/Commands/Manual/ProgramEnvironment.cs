namespace Bridge.Gateway.Commands.Manual;

/// <summary>Environment variables that the program reads, for the manual.</summary>
internal static class ProgramEnvironment
{
    /// <summary>Name and meaning.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        ("RPMSG_BRIDGE_...", "Overrides the configuration file: RPMSG_BRIDGE_devices__rpmsg0__rpmsg__quota=32."),
        ("RUNTIME_DIRECTORY, XDG_RUNTIME_DIR", "Where the run directory is when the configuration does not say; RUNTIME_DIRECTORY itself, or rpmsg-bridge below the other; without both /tmp/rpmsg-bridge-<uid>."),
        ("STATE_DIRECTORY, XDG_STATE_HOME, HOME", "Where the key is when the configuration does not say."),
        ("CREDENTIALS_DIRECTORY", "Where a service manager puts the credential identity.pem, which comes before that."),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Headers, such as a token, for the OpenTelemetry collector."),
        ("NO_COLOR", "When it is set and not empty, nothing is coloured."),
    ];
}
