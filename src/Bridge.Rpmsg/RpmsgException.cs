namespace Bridge.Rpmsg;

/// <summary>A bus refused a call; <see cref="Error"/> says why. The bus is unchanged and goes on.</summary>
public sealed class RpmsgException(RpmsgError error, string message) : InvalidOperationException(message)
{
    /// <summary>Why.</summary>
    public RpmsgError Error { get; } = error;
}
