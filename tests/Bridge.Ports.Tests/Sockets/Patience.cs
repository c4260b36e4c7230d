namespace Bridge.Ports.Tests.Sockets;

internal static class Patience
{
    /// <summary>Far longer than anything takes that goes well.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);
}
