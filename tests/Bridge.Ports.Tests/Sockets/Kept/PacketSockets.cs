using Bridge.Linux;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Applications' sockets whose listeners come and go.</summary>
internal static class PacketSockets
{
    /// <summary>Connects. Null: nobody listens there just now.</summary>
    public static SeqPacketSocket? TryConnect(string path)
    {
        try
        {
            return SeqPacketSocket.Connect(path);
        }
        catch (LinuxException failure) when (failure.Errno is Errno.ENOENT or Errno.ECONNREFUSED or Errno.EAGAIN)
        {
            return null;
        }
    }
}
