using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Bridge.Link.Connections;

/// <summary>Keeps dialling while there is no connection. Back-off with jitter; a series starts anew, from the minimum, after an inbound connection, a network change or a connection that lasted.</summary>
internal sealed class DialSeries
{
    private readonly LinkOptions _options;
    private readonly LinkDialler _dialler;
    private readonly ConnectionSlot _slot;
    private readonly LinkHistory _history;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ResiliencePipeline _pipeline;
    private volatile CancellationTokenSource? _waiting;
    private CancellationTokenSource? _current;
    private volatile bool _dialling;
    private string? _lastNote;

    public DialSeries(LinkOptions options, LinkDialler dialler, ConnectionSlot slot, LinkHistory history, TimeProvider time, ILogger log)
    {
        _options = options;
        _dialler = dialler;
        _slot = slot;
        _history = history;
        _time = time;
        _log = log;
        _lastNote = dialler.Note;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
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
    public bool IsDialling => _dialling;

    /// <summary>Cuts a back-off short; an attempt under way goes on.</summary>
    public void Restart() => _waiting?.Cancel();

    /// <summary>Dials until the slot is closed; never throws.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await _slot.Vacant;
            // Not disposed: an admitted inbound connection may cancel it late. It has neither timer nor links, so there is nothing to release.
            CancellationTokenSource series = new();
            if (!_slot.TryBeginDial(series))
            {
                if (_slot.IsClosed)
                    return;
                continue;
            }

            _current = series;
            try
            {
                if (_slot.LastLasted is { } lasted && lasted < _options.StableAfter)
                    await BackOffOnceAsync(series);
                await _pipeline.ExecuteAsync(async _ => await DialAndStayAsync(series), series.Token);
            }
            catch (Exception e) when (series.IsCancellationRequested && e is OperationCanceledException or DialFailedException)
            {
                // An inbound connection was admitted, the network changed or the link stops: the loop finds out which.
                _dialling = false;
            }
            catch (Exception e)
            {
                LinkLog.Defect(_log, _options.Name, e);
                await Task.Delay(_options.MaximumBackOff, _time, series.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A connection failed before it was up: logged as a warning when it says something new.</summary>
    public void Report(CloseReason reason, string text, bool dialled = false)
    {
        if (_history.NotUp(reason, text, dialled))
            LinkLog.NotUp(_log, _options.Name, reason, text);
        Failed(reason);
    }

    private async Task DialAndStayAsync(CancellationTokenSource series)
    {
        _waiting = null;
        _dialling = true;
        LinkConnection connection;
        try
        {
            connection = await _dialler.DialAsync(series);
        }
        catch (DialFailedException e)
        {
            Report(e.Reason, e.Message, dialled: true);
            throw;
        }
        finally
        {
            _dialling = false;
        }

        SayNote();
        long since = _time.GetTimestamp();
        await connection.Ended;
        if (_time.GetElapsedTime(since) < _options.StableAfter)
            throw new DialFailedException(connection.View.Reason, "The connection did not last.");
    }

    /// <summary>A connection came and went at once: two gateways must not exchange connections as fast as they can.</summary>
    private async Task BackOffOnceAsync(CancellationTokenSource series)
    {
        _waiting = series;
        await Task.Delay(_options.MinimumBackOff, _time, series.Token);
    }

    private ValueTask OnBackOff(OnRetryArguments<object> retry)
    {
        _waiting = _current;
        LinkLog.BackOff(_log, _options.Name, retry.RetryDelay);
        return ValueTask.CompletedTask;
    }

    private void SayNote()
    {
        if (_dialler.Note is { } note && note != _lastNote)
            LinkLog.TransportNote(_log, _options.Name, note);
        _lastNote = _dialler.Note;
    }
}
