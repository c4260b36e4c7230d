namespace Bridge.Gateway.Lab;

/// <summary>Numbered messages from one application to another, without a break until <see cref="Finish"/>. The figures count when <see cref="RunAsync"/> has ended.</summary>
internal sealed class LabFlow
{
    // A scenario ends long before that many.
    private const int Capacity = 1 << 27;

    private readonly NumberedSender _sender;
    private volatile bool _finishing;

    public LabFlow(string name, LabConnection from, LabConnection to, int seed, TimeProvider time)
    {
        _sender = new NumberedSender(from, seed, Delivery);
        Receiver = new NumberedReceiver(name, to, seed, Delivery, time);
    }

    /// <summary>What became of them.</summary>
    public Delivery Delivery { get; } = new(Capacity);

    /// <summary>The receiving end.</summary>
    public NumberedReceiver Receiver { get; }

    /// <summary>Sends and receives until the last message has arrived.</summary>
    /// <exception cref="Commands.CommandFailedException">A socket ended, or nothing arrived for long.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task sending = Task.Run(() => _sender.RunAsync(number => _finishing || number == Capacity - 1, stop.Token), CancellationToken.None);
        Task receiving = Task.Run(() => Receiver.RunAsync(stop.Token), CancellationToken.None);
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
}
