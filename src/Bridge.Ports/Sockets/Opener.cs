using System.Globalization;
using Bridge.Linux;

namespace Bridge.Ports.Sockets;

/// <summary>Who connected, in words for the log.</summary>
/// <param name="Credentials">As the kernel recorded them; null over TCP, where it records none.</param>
internal readonly record struct Opener(PeerCredentials? Credentials)
{
    /// <inheritdoc/>
    public override string ToString() => Credentials switch
    {
        null => "somebody over TCP (process unknown)",
        { ProcessId: 0 } other => string.Create(CultureInfo.InvariantCulture, $"a process of user {other.UserId} in another process namespace"),
        { } one => string.Create(CultureInfo.InvariantCulture, $"process {one.ProcessId} of user {one.UserId}"),
    };
}
