namespace Bridge.Gateway.Reports;

/// <summary>What <c>identity --json</c> prints.</summary>
internal sealed record IdentityReport
{
    /// <summary>SHA-256 of the public key, as the peer's configuration takes it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The PEM file.</summary>
    public required string Path { get; init; }

    /// <summary>True when the file was created just now.</summary>
    public required bool Created { get; init; }
}
