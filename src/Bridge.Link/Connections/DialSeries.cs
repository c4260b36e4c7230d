using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Bridge.Link.Connections;

/// <summary>Keeps dialling while there is no connection. Back-off with jitter; a series starts anew, from the minimum, after an inbound connection, a network change or a connection that lasted.</summary>
internal sealed class DialSeries
{
    private readonly LinkOptions options;
    private readonly LinkDialler dialler;
    private readonly ConnectionSlot slot;
    private readonly LinkHistory history;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ResiliencePipeline pipeline;
    private volatile CancellationTokenSource? waiting;
    private CancellationTokenSource? current;
    private volatile bool dialling;
    private string? lastNote;

    public DialSeries(LinkOptions options, LinkDialler dialler, ConnectionSlot slot, LinkHistory history, TimeProvider time, ILogger log)
    {
        this.options = options;
        this.dialler = dialler;
        this.slot = slot;
        this.history = history;
        this.time = time;
        this.log = log;
        lastNote = dialler.Note;
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.MinimumBackOff,
                MaxDelay = options.MaximumBackOff,
                MaxRetryAttempts = int.MaxValue,
                OnRetry = OnBackOff,
                ShouldHandle = new PredicateBuilder().Handle<DialFailedException>(),
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>Told about every connection and dial that ended before it was up.</summary>
    public required Action<CloseReason> Failed { get; init; }

    /// <summary>True while an attempt is under way.</summary>
    public bool IsDialling => dialling;

    /// <summary>Cuts a back-off short; an attempt under way goes on.</summary>
    public void Restart() => waiting?.Cancel();

    /// <summary>Dials until the slot is closed; never throws.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await slot.Vacant;
            // Not disposed: an admitted inbound connection may cancel it late. It has neither timer nor links, so there is nothing to release.
            CancellationTokenSource series = new();
            if (!slot.TryBeginDial(series))
            {
                if (slot.IsClosed)
                    return;
                continue;
            }

            current = series;
            try
            {
                if (history.LastLasted is { } lasted && lasted < options.StableAfter)
                    await BackOffOnceAsync(series);
                await pipeline.ExecuteAsync(async _ => await DialAndStayAsync(series), series.Token);
            }
            catch (Exception e) when (series.IsCancellationRequested && e is OperationCanceledException or DialFailedException)
            {
                // An inbound connection was admitted, the network changed or the link stops: the loop finds out which.
                dialling = false;
            }
            catch (Exception e)
            {
                LinkLog.Defect(log, options.Name, e);
                await Task.Delay(options.MaximumBackOff, time, series.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A connection failed before it was up: logged as a warning when it says something new.</summary>
    public void Report(CloseReason reason, string text, bool dialled = false)
    {
        if (history.NotUp(reason, text, dialled))
            LinkLog.NotUp(log, options.Name, reason, text);
        Failed(reason);
    }

    private async Task DialAndStayAsync(CancellationTokenSource series)
    {
        waiting = null;
        dialling = true;
        LinkConnection connection;
        try
        {
            connection = await dialler.DialAsync(series);
        }
        catch (DialFailedException e)
        {
            Report(e.Reason, e.Message, dialled: true);
            throw;
        }
        finally
        {
            dialling = false;
        }

        SayNote();
        long since = time.GetTimestamp();
        await connection.Ended;
        if (time.GetElapsedTime(since) < options.StableAfter)
            throw new DialFailedException(connection.View.Reason, "The connection did not last.");
    }

    /// <summary>A connection came and went at once: two gateways must not exchange connections as fast as they can.</summary>
    private async Task BackOffOnceAsync(CancellationTokenSource series)
    {
        waiting = series;
        await Task.Delay(options.MinimumBackOff, time, series.Token);
    }

    private ValueTask OnBackOff(OnRetryArguments<object> retry)
    {
        waiting = current;
        LinkLog.BackOff(log, options.Name, retry.RetryDelay);
        return ValueTask.CompletedTask;
    }

    private void SayNote()
    {
        if (dialler.Note is { } note && note != lastNote)
            LinkLog.TransportNote(log, options.Name, note);
        lastNote = dialler.Note;
    }
}
