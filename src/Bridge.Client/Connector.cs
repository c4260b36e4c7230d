using System.Net.Sockets;

namespace Bridge.Client;

/// <summary>Opens the socket of one name, patiently. Safe to use from any thread.</summary>
internal sealed class Connector(SocketPlace place, TimeProvider time)
{
    /// <summary>From one attempt to the next: a service that is there for a person is found at once, and a hundred waiting applications cost nothing.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    public SocketPlace Place { get; } = place;

    public TimeProvider Time { get; } = time;

    /// <summary>Tells more about the same name.</summary>
    public ControlSocket Control { get; } = new(place, time);

    /// <summary>Tries until it succeeds, the time is over, or it fails for a reason that is not worth waiting for.</summary>
    /// <exception cref="RpmsgException">The last attempt's reason.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left open.</exception>
    public async Task<Connection> OpenAsync(TimeSpan patience, Func<RpmsgError, bool> worthWaiting, CancellationToken cancellation)
    {
        long begin = Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await OpenOnceAsync(cancellation).ConfigureAwait(false);
            }
            catch (RpmsgException failure) when (worthWaiting(failure.Error) && (patience == Timeout.InfiniteTimeSpan || Time.GetElapsedTime(begin) < patience))
            {
                await Task.Delay(Pace, Time, cancellation).ConfigureAwait(false);
            }
            catch (RpmsgException failure) when (failure.Error is RpmsgError.NotAnnounced or RpmsgError.NoService)
            {
                // Asked for the last reason only: hundreds may be waiting, and few can ask at the same time.
                SocketState? state = await Control.AskAsync(cancellation).ConfigureAwait(false);
                throw state is null ? failure : ConnectFailure.Refine(Place, failure, state);
            }
        }
    }

    private async Task<Connection> OpenOnceAsync(CancellationToken cancellation)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            await socket.ConnectAsync(Place.Address, cancellation).ConfigureAwait(false);
            // Only the synchronous calls are concerned: they then say that they would block.
            socket.Blocking = false;
            return new Connection(socket, Time.GetTimestamp());
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            throw ConnectFailure.Explain(Place, failure);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }
}
