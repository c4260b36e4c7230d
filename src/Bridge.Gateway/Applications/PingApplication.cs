using System.Net.Sockets;

namespace Bridge.Gateway.Applications;

/// <summary>Sends numbered messages on a connected channel and awaits each one's echo. One run each; not thread-safe.</summary>
internal sealed class PingApplication(Socket socket, PingOptions options, TimeProvider time)
{
    private readonly byte[] _message = new byte[options.Length];

    // One byte more than a right answer has, so that a longer one is noticed.
    private readonly byte[] _answer = new byte[options.Length + 1];

    private long _started;

    /// <summary>Messages that <c>send()</c> accepted.</summary>
    public long Sent { get; private set; }

    /// <summary>Echoes that came after their time was up.</summary>
    public long Late { get; private set; }

    /// <summary>Echoes in time with other bytes.</summary>
    public long Corrupted { get; private set; }

    /// <summary>Messages that were no echo of ours.</summary>
    public long Foreign { get; private set; }

    /// <summary>The right echoes in time.</summary>
    public RoundTrips RoundTrips { get; } = new();

    /// <summary>Runs until the count is reached, the token is cancelled (both are ordinary ends), or the channel ends.</summary>
    /// <param name="report">Called after each ping.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <returns>Null, or why the channel ended.</returns>
    public async Task<string?> RunAsync(Func<PingResult, Task> report, CancellationToken cancellation)
    {
        try
        {
            for (uint sequence = 0; options.Count == 0 || sequence < options.Count; sequence++)
            {
                if (sequence > 0)
                {
                    await WaitForTurnAsync(cancellation);
                }

                _started = time.GetTimestamp();
                await report(await PingAsync(sequence, cancellation));
            }

            return null;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (EndOfStreamException end)
        {
            return end.Message;
        }
        catch (SocketException failure)
        {
            return failure.Message;
        }
    }

    private async Task<PingResult> PingAsync(uint sequence, CancellationToken cancellation)
    {
        PingMessage.Write(_message, sequence);
        using CancellationTokenSource deadline = new(options.Timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        PingOutcome unfinished = PingOutcome.NotSent;
        try
        {
            await socket.SendAsync(_message.AsMemory(), either.Token);
            Sent++;
            unfinished = PingOutcome.TimedOut;
            bool intact = await AwaitEchoAsync(sequence, either.Token);
            TimeSpan roundTrip = time.GetElapsedTime(_started);
            if (intact)
            {
                RoundTrips.Add(roundTrip);
            }
            else
            {
                Corrupted++;
            }

            return new PingResult(sequence, intact ? PingOutcome.Echoed : PingOutcome.Corrupted, roundTrip);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new PingResult(sequence, unfinished, time.GetElapsedTime(_started));
        }
    }

    // True: an intact echo. False: the right number with other bytes.
    private async Task<bool> AwaitEchoAsync(uint sequence, CancellationToken cancellation)
    {
        while (true)
        {
            int length = await socket.ReceiveAsync(_answer.AsMemory(), cancellation);
            if (length == 0)
            {
                throw new EndOfStreamException("the other side closed the channel");
            }

            if (!PingMessage.TryReadSequence(_answer.AsSpan(0, length), out uint answered) || answered > sequence)
            {
                Foreign++;
            }
            else if (answered < sequence)
            {
                Late++;
            }
            else
            {
                return !options.Verify || _answer.AsSpan(0, length).SequenceEqual(_message);
            }
        }
    }

    private async Task WaitForTurnAsync(CancellationToken cancellation)
    {
        TimeSpan rest = options.Period - time.GetElapsedTime(_started);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, cancellation);
        }
    }
}
