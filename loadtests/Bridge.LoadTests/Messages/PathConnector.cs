using System.Net.Sockets;

namespace Bridge.LoadTests.Messages;

/// <summary>Connects applications to what may not be there yet.</summary>
internal static class PathConnector
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Tries until it works or is cancelled.</summary>
    /// <param name="kind">What to connect to.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="patience">How long one message is waited for, milliseconds.</param>
    /// <param name="cancellation">Bounds it.</param>
    public static async Task<MessagePath> ConnectAsync(PathKind kind, string path, int patience, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return Connect(kind, path, patience);
            }
            catch (Exception early) when (early is SocketException or IOException && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(Pace, TimeProvider.System, CancellationToken.None);
            }
            catch (Exception never) when (never is SocketException or IOException)
            {
                throw new InvalidRunException($"{path} could not be connected to: {never.Message}");
            }
        }
    }

    private static MessagePath Connect(PathKind kind, string path, int patience)
    {
        if (kind != PathKind.Opened)
            return kind == PathKind.SeqPacket ? SeqPacketPath.Connect(path, patience) : StreamPath.Connect(path, patience);
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        return StreamPath.Open(path[..colon], path[(colon + 1)..], patience);
    }
}
