using System.Net.Sockets;
using Bridge.Linux;

namespace Bridge.Gateway.Applications;

/// <summary>Copies an input to a connected socket, message by message, and what is received to an output. One run each.</summary>
/// <param name="socket">The channel or service.</param>
/// <param name="input">Null: nothing is sent.</param>
/// <param name="output">Takes what is received.</param>
/// <param name="options">How to copy.</param>
/// <param name="time">Measures the silence after the end of the input.</param>
/// Sending and receiving are two loops with a buffer each: a side that does not go on makes the other gateway, and in the end the other application, wait.
internal sealed class CatApplication(Socket socket, InputMessages? input, Stream output, CatOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _received = new byte[ApplicationSocket.MaximumMessage + 1];
    private long _heard;
    private volatile bool _inputEnded;

    /// <summary>Messages that <c>send()</c> accepted.</summary>
    public long Sent { get; private set; }

    /// <summary>Messages written out.</summary>
    public long Received { get; private set; }

    /// <summary>Messages received though only sending was wanted.</summary>
    public long Discarded { get; private set; }

    /// <summary>Runs to the end: the peer closes, or everything has been sent and no answer comes any more.</summary>
    /// <returns>Null when all went well, else what did not: a sentence without a full stop.</returns>
    /// <exception cref="Commands.CommandFailedException">A line is longer than a message.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<string?> receiving = ReceiveAsync(stop.Token);
        Task<string?> sending = input is null ? Task.FromResult<string?>(null) : SendAsync(input, stop.Token);
        try
        {
            Task first = await Task.WhenAny(receiving, sending);
            if (first == receiving)
                return await receiving ?? Judge(sending);
            if (await sending is { } failure)
            {
                // The peer has gone; what it sent before is still to be had.
                await receiving;
                return failure;
            }

            if (Sent == 0 && options.Receives)
                return await receiving;
            return await FinishAsync(receiving, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(receiving, sending).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>The peer closed before everything was sent, or after.</summary>
    private string? Judge(Task<string?> sending)
    {
        if (sending is { IsCompletedSuccessfully: true, Result: { } failure })
            return failure;
        return input is not null && options.NeedsWholeInput && !_inputEnded && Sent > 0
            ? $"the other side closed after {Sent} messages were sent, before the end of standard input"
            : null;
    }

    /// <summary>Everything is sent: until the gateway has taken it all, and then until there is silence or the peer closes.</summary>
    private async Task<string?> FinishAsync(Task<string?> receiving, CancellationToken stop)
    {
        if (options.Receives)
            socket.Shutdown(SocketShutdown.Send);
        using PeriodicTimer pace = new(Pace, time);
        bool taken = false;
        while (!receiving.IsCompleted)
        {
            if (!taken && SocketBacklog.ReadUnreceived(socket.SafeHandle) == 0)
            {
                taken = true;
                Volatile.Write(ref _heard, Math.Max(time.GetTimestamp(), Volatile.Read(ref _heard)));
            }

            if (taken && (!options.Receives || (options.Linger != Timeout.InfiniteTimeSpan && time.GetElapsedTime(Volatile.Read(ref _heard)) >= options.Linger)))
                return null;
            await Task.WhenAny(receiving, pace.WaitForNextTickAsync(stop).AsTask());
            stop.ThrowIfCancellationRequested();
        }

        return await receiving ?? (taken || SocketBacklog.ReadUnreceived(socket.SafeHandle) == 0
            ? null
            : $"the other side closed before it had taken all of the {Sent} messages that were sent");
    }

    private async Task<string?> SendAsync(InputMessages messages, CancellationToken stop)
    {
        while (await messages.ReadAsync(stop) is { } message)
        {
            try
            {
                await socket.SendAsync(message, SocketFlags.None, stop);
            }
            catch (SocketException failure)
            {
                return $"message {Sent + 1} could not be sent, the other side or the gateway has closed: {failure.Message}";
            }

            Sent++;
        }

        _inputEnded = true;
        return null;
    }

    private async Task<string?> ReceiveAsync(CancellationToken stop)
    {
        bool addsNewline = options.Chunk is null && !options.Raw;
        while (true)
        {
            int length;
            try
            {
                length = await socket.ReceiveAsync(_received.AsMemory(0, ApplicationSocket.MaximumMessage), SocketFlags.None, stop);
            }
            catch (SocketException failure)
            {
                return $"receiving failed after {Received} messages: {failure.Message}";
            }

            if (length == 0)
                return null;
            Volatile.Write(ref _heard, time.GetTimestamp());
            if (!options.Receives)
            {
                Discarded++;
                continue;
            }

            if (addsNewline)
                _received[length++] = (byte)'\n';
            try
            {
                await output.WriteAsync(_received.AsMemory(0, length), CancellationToken.None).AsTask().WaitAsync(stop);
            }
            catch (IOException failure)
            {
                return $"message {Received + 1} could not be written: {failure.Message}";
            }

            Received++;
        }
    }
}
