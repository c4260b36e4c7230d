using System.Net.Sockets;
using System.Text;

namespace Bridge.Client;

/// <summary>
/// Asks the gateway about one socket, through the device's <c>control</c>. That is of use, but nothing depends on it: a gateway that has no such socket, refuses or
/// does not answer in time is one of which nothing is known. Safe to use from any thread.
/// </summary>
internal sealed class ControlSocket(SocketPlace place, TimeProvider time)
{
    // The gateway's longest reply is shorter.
    private const int MaximumReplyLength = 65535;

    // An answer takes less than a millisecond; who waits longer than this asks a gateway that hangs.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>How the socket stands now; null: not known.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<SocketState?> AskAsync(CancellationToken cancellation)
    {
        byte[]? reply = await RequestAsync($$"""{"request":"flow","socket":"{{place.Socket}}"}""", cancellation).ConfigureAwait(false);
        return reply is null ? null : SocketState.Read(reply);
    }

    /// <summary>Says that this process will not come back to the socket: its place is not kept for the grace time.</summary>
    public async Task LeaveAsync() =>
        await RequestAsync($$"""{"request":"close","socket":"{{place.Socket}}","own":true}""", CancellationToken.None).ConfigureAwait(false);

    /// <summary>The reply; null if there is none.</summary>
    // Names of files have no character that JSON escapes.
    private async Task<byte[]?> RequestAsync(string request, CancellationToken cancellation)
    {
        using CancellationTokenSource impatience = new(s_patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(impatience.Token, cancellation);
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            await socket.ConnectAsync(place.Control, either.Token).ConfigureAwait(false);
            await socket.SendAsync(Encoding.UTF8.GetBytes(request), SocketFlags.None, either.Token).ConfigureAwait(false);
            byte[] reply = new byte[MaximumReplyLength];
            int length = await socket.ReceiveAsync(reply, SocketFlags.None, either.Token).ConfigureAwait(false);
            return length > 0 ? reply[..length] : null;
        }
        catch (SocketException)
        {
            // Not there, or not for this user.
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
