using System.Net.Sockets;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>An application that receives numbered messages and checks every byte. The figures count when <see cref="RunAsync"/> has ended.</summary>
internal sealed class NumberedReceiver(string name, LabConnection connection, int seed, Delivery delivery, TimeProvider time)
{
    /// <summary>Nothing for that long although the link is whole, or its outage over, is a hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Not that at the begin of receiving: the sender may have found the end by then, and what came before it has yet to be read.
    private readonly Socket _first = connection.Current;
    private readonly Lock _gate = new();
    private TimeSpan _pause;
    private long _resumed;

    /// <summary>Received with other bytes than were sent.</summary>
    public long Corrupted { get; private set; }

    /// <summary>The longest time in which nothing arrived.</summary>
    public TimeSpan LongestPause { get; private set; }

    /// <summary>From now on <see cref="Resumed"/> looks for the longest pause anew. Any thread.</summary>
    public void Mark()
    {
        lock (_gate)
            _pause = TimeSpan.Zero;
    }

    /// <summary>The longest pause since <see cref="Mark"/> that is over, and the timestamp of the message that ended it. Any thread.</summary>
    public (TimeSpan Pause, long Timestamp) Resumed
    {
        get
        {
            lock (_gate)
                return (_pause, _resumed);
        }
    }

    /// <summary>Receives until the last message has arrived.</summary>
    /// <exception cref="CommandFailedException">The socket ended, or nothing arrived for long.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        NumberedMessage messages = new(seed);
        byte[] message = new byte[NumberedMessage.Maximum];
        long before = time.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        Socket socket = _first;
        for (bool last = false; !last;)
        {
            limit.CancelAfter(Patience);
            int length = await ReceiveAsync(socket, message, limit.Token, either.Token);
            if (length == 0)
            {
                socket = await connection.NextAsync(socket, either.Token)
                    ?? throw new CommandFailedException(ExitCode.Failure, $"{name}: the channel ended after {delivery.Received} messages.");
                continue;
            }

            long now = time.GetTimestamp();
            TimeSpan pause = time.GetElapsedTime(before, now);
            (before, LongestPause) = (now, pause > LongestPause ? pause : LongestPause);
            lock (_gate)
            {
                if (pause > _pause)
                    (_pause, _resumed) = (pause, now);
            }

            (long Number, bool Last)? read = messages.Read(message.AsSpan(0, length));
            Corrupted += read is null ? 1 : 0;
            last = read is { Last: true };
            delivery.CountReceived(message.AsSpan(0, length));
        }
    }

    /// <summary>Waits until something more has arrived.</summary>
    /// <exception cref="CommandFailedException">Nothing did for long.</exception>
    public async Task UntilReceivedAsync(CancellationToken cancellation)
    {
        long before = delivery.Received;
        using var limit = new CancellationTokenSource(Patience, time);
        while (delivery.Received == before)
        {
            if (limit.IsCancellationRequested)
                throw Silent();
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellation);
        }
    }

    /// <summary>The next message's length; 0 at the connection's end.</summary>
    private async ValueTask<int> ReceiveAsync(Socket socket, byte[] message, CancellationToken limit, CancellationToken either)
    {
        try
        {
            while (true)
            {
                try
                {
                    return await socket.ReceiveAsync(message, SocketFlags.None, either);
                }
                catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
                {
                    // Said once, before what still waits to be read: the other end went without having read everything.
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Silent();
        }
    }

    private CommandFailedException Silent() => new(ExitCode.Failure, $"{name}: nothing arrived for {Patience.TotalSeconds:0} s, after {delivery.Received} messages.");
}
