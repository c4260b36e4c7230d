using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Restart;

/// <summary>Numbered messages from one application to another, which nobody receives at first.</summary>
internal sealed class HeldFlow
{
    // More than sockets, queues and rings hold, many times over.
    private const int Capacity = 1_000_000;

    private readonly string _name;
    private readonly NumberedSender _sender;
    private readonly NumberedReceiver _receiver;
    private volatile bool _finishing;
    private Task _sending = Task.CompletedTask;

    public HeldFlow(string name, LabConnection from, LabConnection to, int seed)
    {
        _name = name;
        _sender = new NumberedSender(from, seed, Delivery);
        _receiver = new NumberedReceiver(name, to, seed, Delivery, TimeProvider.System);
    }

    /// <summary>What became of them.</summary>
    public Delivery Delivery { get; } = new(Capacity);

    /// <summary>Received with other bytes than were sent.</summary>
    public long Corrupted => _receiver.Corrupted;

    /// <summary>Begins to send, as fast as the socket takes them.</summary>
    public void Send() => _sending = Task.Run(() => _sender.RunAsync(number => _finishing || number == Capacity - 1, CancellationToken.None));

    /// <summary>Has the sender come to its end, and receives until the last message.</summary>
    public async Task ReceiveAsync()
    {
        _finishing = true;
        await Task.WhenAll(_sending, Task.Run(() => _receiver.RunAsync(CancellationToken.None)));
    }

    public override string ToString() => _name;
}
