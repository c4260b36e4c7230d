using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Bridge.Client;

/// <summary>
/// One conversation through a gateway: messages to and from the peer of a channel, an endpoint or a service, each whole and in order.
/// </summary>
/// <remarks>
/// One receive and one send may be under way at the same time, each on any thread. After the first messages nothing is allocated, whether calls complete at
/// once or later; a <see cref="ValueTask"/> is awaited once.
/// <para>
/// <b>Reconnecting</b> (<see cref="RpmsgChannelOptions.Reconnect"/>). A send that the kernel refused because the connection has ended is sent on the next one: the
/// gateway cannot have taken it. What had been accepted before is not sent again, because the gateway may have taken it. So these may be lost:
/// what the gateway had not yet read when it ended the connection or was killed (at most what the socket holds, some 160 messages of 496 bytes); and of what came
/// in, nothing that had reached this process's socket, which is read to its end first, unless the next connection has ended as well before that.
/// What waited in the gateway is lost unless its <c>graceSeconds</c> keep it. <see cref="Reconnects"/> tells that it happened: on a service without grace time the
/// next peer may be another one.
/// </para>
/// </remarks>
public sealed class RpmsgChannel : IAsyncDisposable
{
    // struct rpmsg_hdr: what a buffer holds besides the message.
    private const int HeaderLength = 16;

    private readonly Connections _connections;
    private int _receiving;
    private int _sending;
    private int _longestSent;

    private RpmsgChannel(RpmsgPath path, int? maximumMessageLength, Connections connections) =>
        (Path, MaximumMessageLength, _connections) = (path, maximumMessageLength, connections);

    /// <summary>What it is connected to.</summary>
    public RpmsgPath Path { get; }

    /// <summary>
    /// The longest message that may be sent, in bytes: as the options say, else as the gateway said when it was connected to (through its <c>control</c> socket). Null: it
    /// could not be asked; then it ends the connection of who sends more.
    /// </summary>
    public int? MaximumMessageLength { get; }

    /// <summary>How often the connection has ended and was opened again. Safe to read from any thread.</summary>
    public int Reconnects => _connections.Replaced;

    /// <summary>Connects: opens an announced channel or endpoint, or offers a service.</summary>
    /// <param name="path">What to connect to.</param>
    /// <param name="options">How; null: neither waits nor reconnects.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left open.</param>
    /// <exception cref="RpmsgException">It cannot be connected to; the message says what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static async Task<RpmsgChannel> ConnectAsync(RpmsgPath path, RpmsgChannelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new RpmsgChannelOptions();
        options.Check();
        SocketPlace place = new(path, options.RunDirectory ?? RunDirectory.Standard);
        Connector connector = new(place, options.TimeProvider);
        // Permissions and names do not change by waiting.
        Connection first = await connector.OpenAsync(
            options.Wait, static error => error is not (RpmsgError.NotPermitted or RpmsgError.System), cancellationToken).ConfigureAwait(false);
        try
        {
            int? maximum = options.MaximumMessageLength ?? (await connector.Control.AskAsync(cancellationToken).ConfigureAwait(false))?.Maximum;
            return new RpmsgChannel(path, maximum, new Connections(connector, first, options.Reconnect));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Sends one message. Waits while the reader at the other end is slow, while the connection is opened again, and, on a service, for its first peer once the socket
    /// is full.
    /// </summary>
    /// <param name="message">It may be empty, but a peer that reads a SEQPACKET socket does not get empty messages.</param>
    /// <param name="cancellationToken">Ends the wait; the message is then not sent.</param>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.MessageTooLong"/>, <see cref="RpmsgError.Ended"/>: it was not sent.</exception>
    /// <exception cref="InvalidOperationException">Another send is under way.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        CheckLength(message.Length);
        Enter(ref _sending, "send");
        try
        {
            Connection connection = _connections.Current;
            while (true)
            {
                try
                {
                    await connection.SendAsync(message, cancellationToken).ConfigureAwait(false);
                    OnSent(message.Length);
                    return;
                }
                catch (SocketException failure) when (IsEnd(failure.SocketErrorCode))
                {
                    // The kernel refused this message, so the gateway cannot have it.
                    connection = _connections.Replaces ? await _connections.AfterAsync(connection, cancellationToken).ConfigureAwait(false) : throw Ended(failure);
                }
                catch (Exception closed) when (IsClosed(closed))
                {
                    // Under the call: by DisposeAsync, which this throws for, or because it has ended and the next one is there.
                    connection = await _connections.AfterAsync(connection, cancellationToken).ConfigureAwait(false);
                }
                catch (SocketException failure)
                {
                    throw Refused(failure);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _sending, 0);
        }
    }

    /// <summary>Sends one message if that is possible at once.</summary>
    /// <returns>False: it was not sent, because the reader at the other end is slow, or because the connection has ended and is being opened again.</returns>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.MessageTooLong"/>, <see cref="RpmsgError.Ended"/>.</exception>
    /// <exception cref="InvalidOperationException">Another send is under way.</exception>
    public bool TrySend(ReadOnlySpan<byte> message)
    {
        CheckLength(message.Length);
        Enter(ref _sending, "send");
        try
        {
            Connection connection = _connections.Current;
            SocketError error = TrySend(connection, message);
            switch (error)
            {
                case SocketError.Success:
                    OnSent(message.Length);
                    return true;
                case SocketError.WouldBlock:
                    return false;
                case var _ when IsEnd(error):
                    _connections.ThrowIfDisposed();
                    if (!_connections.Replaces)
                    {
                        throw Ended(new SocketException((int)error));
                    }

                    _connections.BeginReplacing(connection);
                    return false;
                default:
                    throw Refused(new SocketException((int)error));
            }
        }
        finally
        {
            Volatile.Write(ref _sending, 0);
        }
    }

    /// <summary>Receives the next message.</summary>
    /// <param name="buffer">Where it goes. Longest messages: <see cref="RpmsgChannelOptions.LargestMessageLength"/> bytes at most, 496 with the default buffers.</param>
    /// <param name="cancellationToken">Ends the wait; no message is lost by that.</param>
    /// <returns>The message's length, at least 1; or 0, again and again: the peer has gone and everything it sent has been received.</returns>
    /// <exception cref="RpmsgException">
    /// <see cref="RpmsgError.BufferTooShort"/>: the message is longer than the buffer; it stays, and a longer buffer receives it.
    /// <see cref="RpmsgError.Ended"/>: with <see cref="RpmsgChannelOptions.Reconnect"/>, the connection has ended and could not be opened again.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another receive is under way.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(ref _receiving, "receive");
        try
        {
            while (true)
            {
                Connection connection = _connections.Reading;
                int length = await connection.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (length > 0 || !_connections.Replaces)
                {
                    return length;
                }

                await _connections.ReadNextAsync(connection, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception closed) when (IsClosed(closed))
        {
            throw new ObjectDisposedException(nameof(RpmsgChannel));
        }
        catch (SocketException failure)
        {
            throw Refused(failure);
        }
        finally
        {
            Volatile.Write(ref _receiving, 0);
        }
    }

    /// <summary>Disconnects. What was sent still reaches the peer; calls under way end with <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>
    /// With <see cref="RpmsgChannelOptions.Reconnect"/> the gateway is told first (<c>close</c> of the process's own on <c>control</c>) that nobody will come back, so that
    /// the place is not kept for its <c>graceSeconds</c>: the next application begins anew. That also goes for other channels of this process that share the name, on
    /// a service with several <c>peers</c>. Without <c>Reconnect</c>, and when the process is killed, the place is kept.
    /// </remarks>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private static bool IsEnd(SocketError error) => error is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.NotConnected or SocketError.ConnectionAborted;

    /// <summary>The socket was closed under the call.</summary>
    private static bool IsClosed(Exception failure) =>
        failure is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted };

    private static SocketError TrySend(Connection connection, ReadOnlySpan<byte> message)
    {
        try
        {
            return connection.TrySend(message);
        }
        catch (ObjectDisposedException)
        {
            // By DisposeAsync, or because it has ended and the next one is there: replacing tells which.
            return SocketError.NotConnected;
        }
    }

    private static void Enter(ref int busy, string what)
    {
        if (Interlocked.Exchange(ref busy, 1) != 0)
        {
            throw new InvalidOperationException($"Another {what} is under way: one at a time.");
        }
    }

    private void CheckLength(int length)
    {
        int maximum = MaximumMessageLength ?? RpmsgChannelOptions.LargestMessageLength;
        if (length > maximum)
        {
            string advice = length > RpmsgChannelOptions.LargestMessageLength
                ? "send it in parts"
                : $"send less, or raise devices:{Path.Device}:rpmsg:bufferSize to {length + HeaderLength} on both gateways";
            throw new RpmsgException(RpmsgError.MessageTooLong, $"a message of {length} bytes is longer than the {maximum} that {Path.Device} takes: {advice}.");
        }
    }

    // One writer at a time.
    private void OnSent(int length)
    {
        if (length > _longestSent)
        {
            _longestSent = length;
        }
    }

    private RpmsgException Ended(SocketException failure) => new(
        RpmsgError.Ended,
        $"{Path} has ended: the peer or the gateway has gone{LongMessage}; connect again.",
        failure);

    /// <summary>What else it may have been where the limit is not known.</summary>
    private string LongMessage =>
        MaximumMessageLength is null ? $", or a message was longer than the device's bufferSize less {HeaderLength} (the longest sent had {_longestSent} bytes)" : "";

    private RpmsgException Refused(SocketException failure) => new(RpmsgError.System, $"{Path}: {failure.Message}.", failure);
}
