using System.Buffers;

namespace Bridge.Ports.Sockets;

/// <summary>What occurs in the names of socket files: those that <see cref="SocketName"/> makes.</summary>
internal static class SocketFileCharacters
{
    public static SearchValues<char> All { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.%~");
}
