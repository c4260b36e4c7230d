using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Applications;

/// <summary>Numbered messages from one application to another. What <c>send()</c> took is counted against what <c>recv()</c> returned; nobody acknowledges or repeats.</summary>
internal sealed class NumberedFlow(string name, Application from, Application to, int seed)
{
    private readonly Receipt _receipt = new();
    private long _sent, _received;

    /// <summary>Messages taken by <c>send()</c>.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Messages returned by <c>recv()</c>.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Received messages that are not one of those that were sent.</summary>
    public long Corrupted { get; private set; }

    /// <summary>Sends so many messages every 5 ms, if the bridge takes them, until told to stop; then the last one.</summary>
    public async Task SendAsync(int perTick, Task stop)
    {
        NumberedMessage messages = new(seed);
        byte[] buffer = new byte[Application.MaximumMessage];
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(5));
        while (!stop.IsCompleted)
        {
            for (int i = 0; i < perTick; i++)
                await SendOneAsync(messages, buffer, last: false);
            await pace.WaitForNextTickAsync();
        }

        await SendOneAsync(messages, buffer, last: true);
    }

    /// <summary>Sends a number of messages as fast as they are taken.</summary>
    public async Task SendAsync(int count)
    {
        NumberedMessage messages = new(seed);
        byte[] buffer = new byte[Application.MaximumMessage];
        for (int i = 1; i <= count; i++)
            await SendOneAsync(messages, buffer, last: i == count);
    }

    /// <summary>Receives until the last message.</summary>
    public async Task ReceiveAsync()
    {
        NumberedMessage messages = new(seed);
        byte[] buffer = new byte[Application.MaximumMessage];
        while (true)
        {
            int length = await to.ReceiveAsync(buffer);
            if (length == 0)
                Assert.Fail($"{name}: the application saw an end of file after {Received} of {Sent} messages.");
            Interlocked.Increment(ref _received);
            if (messages.Read(buffer.AsSpan(0, length)) is not { } message)
            {
                Corrupted++;
                continue;
            }

            _receipt.Add(message.Number);
            if (message.Last)
                return;
        }
    }

    /// <summary>Everything arrived, once, in order, unharmed, and nothing else.</summary>
    /// <param name="context">For the failure.</param>
    /// <param name="sent">How many were sent, where somebody else did; what this flow sent if omitted.</param>
    public void Verify(string context, long? sent = null)
    {
        long all = sent ?? Sent;
        Assert.True(
            (_receipt.Lost, _receipt.Duplicated, _receipt.Reordered, Corrupted, all - Received, to.Available) == (0, 0, 0, 0, 0, 0),
            $"{name}: {all} sent, {Received} received, {_receipt.Lost} lost, {_receipt.Duplicated} duplicated, {_receipt.Reordered} reordered, {Corrupted} corrupted, {to.Available} bytes more. {context}");
    }

    public override string ToString() => $"{name} {Received}/{Sent}";

    private async Task SendOneAsync(NumberedMessage messages, byte[] buffer, bool last)
    {
        int length = messages.Write(_sent, last, buffer);
        // Counted first: the receiver must never know of more than were sent.
        Interlocked.Increment(ref _sent);
        await from.SendAsync(buffer.AsMemory(0, length));
    }
}
