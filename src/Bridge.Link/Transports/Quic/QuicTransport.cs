using System.Net;
using System.Net.Quic;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Quic;

/// <summary>Dials over QUIC.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal static class QuicTransport
{
    // Largest number that Linux uses for an error (MAX_ERRNO).
    private const int LargestErrno = 4095;

    /// <summary>The system's own sentence for a failure that QUIC knows by its number only ("Unknown (0x65)"): on Linux its status is the errno. Null where QUIC has words for it.</summary>
    internal static string? Explain(QuicException failure) =>
        failure.QuicError == QuicError.InternalError && failure.HResult is > 0 and <= LargestErrno && Marshal.GetPInvokeErrorMessage(failure.HResult) is { Length: > 0 } sentence
            ? $"{sentence}."
            : null;

    /// <summary>Connects, authenticates and opens the link's stream. The peer may still refuse our certificate afterwards, and sees the stream only once something is written.</summary>
    /// <exception cref="PeerRefusedException">The peer is not who it should be.</exception>
    /// <exception cref="IOException">Nobody answers there.</exception>
    public static async ValueTask<TransportConnection> ConnectAsync(IPEndPoint address, GatewayIdentity identity, PeerVerification peer, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            // Twice the caller's patience: his own limit comes first and says it in his words; QUIC's is there should nobody cancel.
            QuicConnection connection = await QuicConnection.ConnectAsync(QuicSettings.Client(address, identity, peer, timeout * 2), cancellation);
            try
            {
                QuicStream main = await connection.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, cancellation);
                return new QuicTransportConnection(connection, main, peer);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (QuicException e) when (Explain(e) is { } sentence)
        {
            throw new IOException(sentence, e);
        }
        catch (AuthenticationException e)
        {
            throw new PeerRefusedException(peer.Refusal is null ? CloseReason.AuthenticationFailed : CloseReason.UnknownPeer, address, peer.Refusal ?? $"The QUIC handshake failed: {e.Message}", e);
        }
    }
}
