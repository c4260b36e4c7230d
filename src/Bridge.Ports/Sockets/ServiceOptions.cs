namespace Bridge.Ports.Sockets;

/// <summary>A service that applications of this machine may offer: <c>services/&lt;name&gt;</c> exists from the start.</summary>
/// <param name="Name">1..31 bytes as the other side sees them, one character per byte (U+0001..U+00FF); not "." or "..".</param>
/// <param name="Address">Its fixed rpmsg address; null: the next dynamic one, kept for the port's life.</param>
public sealed record ServiceOptions(string Name, uint? Address = null)
{
    /// <summary>How it deals with applications and peers.</summary>
    public EntryTerms Terms { get; init; } = new();
}
