using System.Net.Sockets;

namespace Bridge.Linux.Tests;

/// <summary>A test that needs IPv6 on this machine.</summary>
internal sealed class IPv6FactAttribute : FactAttribute
{
    public IPv6FactAttribute() => Skip = Socket.OSSupportsIPv6 ? null : "this kernel has no IPv6";
}
