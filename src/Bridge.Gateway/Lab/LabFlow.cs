using System.Net.Sockets;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>Numbered messages from one application to another, without a break until <see cref="Finish"/>; every byte of every one is checked. The figures count when <see cref="RunAsync"/> has ended.</summary>
internal sealed class LabFlow(string name, Socket from, Socket to, uint seed, TimeProvider time)
{
    // A scenario ends long before that many.
    private const int Capacity = 1 << 27;

    // Nothing for that long although the link is whole, or its outage over, is a hang.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private volatile bool _finishing;

    /// <summary>What became of them.</summary>
    public Delivery Delivery { get; } = new(Capacity);

    /// <summary>Received with other bytes than were sent.</summary>
    public long Corrupted { get; private set; }

    /// <summary>The longest time in which nothing arrived.</summary>
    public TimeSpan LongestPause { get; private set; }

    /// <summary>Sends and receives until the last message has arrived.</summary>
    /// <exception cref="CommandFailedException">A socket ended, or nothing arrived for long.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task sending = Task.Run(() => SendAsync(stop.Token), CancellationToken.None), receiving = Task.Run(() => ReceiveAsync(stop.Token), CancellationToken.None);
        Task first = await Task.WhenAny(sending, receiving);
        // A sender that failed leaves a receiver that would wait for ever.
        if (!first.IsCompletedSuccessfully)
            await stop.CancelAsync();
        await Task.WhenAll(sending, receiving).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
        await receiving;
    }

    /// <summary>The next message is the last one.</summary>
    public void Finish() => _finishing = true;

    /// <summary>Waits until something more has arrived.</summary>
    public async Task UntilReceivedAsync(CancellationToken cancellation)
    {
        long before = Delivery.Received;
        using var limit = new CancellationTokenSource(Patience, time);
        while (Delivery.Received == before)
        {
            if (limit.IsCancellationRequested)
                throw Silent(before);
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellation);
        }
    }

    private async Task SendAsync(CancellationToken stop)
    {
        GuestMessages messages = new(seed);
        byte[] message = new byte[GuestMessages.Maximum];
        for (bool last = false; !last;)
        {
            last = _finishing || Delivery.Accepted == Capacity - 1;
            int length = messages.Write(Delivery.Accepted, last, message);
            await from.SendAsync(message.AsMemory(0, length), SocketFlags.None, stop);
            Delivery.CountAccepted();
        }
    }

    private async Task ReceiveAsync(CancellationToken stop)
    {
        GuestMessages messages = new(seed);
        byte[] message = new byte[GuestMessages.Maximum];
        long before = time.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        for (bool last = false; !last;)
        {
            limit.CancelAfter(Patience);
            int length = await ReceiveOneAsync(message, limit.Token, either.Token);
            if (length == 0)
                throw new CommandFailedException(ExitCode.Failure, $"{name}: the channel ended after {Delivery.Received} of {Delivery.Accepted} messages.");
            long now = time.GetTimestamp();
            TimeSpan pause = time.GetElapsedTime(before, now);
            (before, LongestPause) = (now, pause > LongestPause ? pause : LongestPause);
            Corrupted += messages.IsIntact(message.AsSpan(0, length), out last) ? 0 : 1;
            Delivery.CountReceived(message.AsSpan(0, length));
        }
    }

    private async ValueTask<int> ReceiveOneAsync(byte[] message, CancellationToken limit, CancellationToken either)
    {
        try
        {
            return await to.ReceiveAsync(message, SocketFlags.None, either);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Silent(Delivery.Received);
        }
    }

    private CommandFailedException Silent(long received) =>
        new(ExitCode.Failure, $"{name}: nothing arrived for {Patience.TotalSeconds:0} s; {Delivery.Accepted} messages were accepted, {received} received.");
}
