namespace Bridge.Client;

/// <summary>
/// The connections of one channel, one after the other: the current one, which the writer uses, and the one that the reader has not yet read to its end, which is
/// the same or the one before. Safe to use from any thread.
/// </summary>
internal sealed class Connections : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Connector _connector;
    private readonly TimeSpan _patience;

    // All are written under the gate.
    private Connection _current;
    private Connection _reading;
    private Task<Connection>? _replacing;
    private int _replaced;
    private bool _disposed;

    public Connections(Connector connector, Connection first, TimeSpan patience)
    {
        (_connector, _patience) = (connector, patience);
        (_current, _reading) = (first, first);
    }

    /// <summary>How many have been opened after the first one.</summary>
    public int Replaced => Volatile.Read(ref _replaced);

    /// <summary>Whether one that has ended is replaced.</summary>
    public bool Replaces => _patience != TimeSpan.Zero;

    /// <summary>Where to send.</summary>
    public Connection Current => Read(ref _current);

    /// <summary>Where to receive.</summary>
    public Connection Reading => Read(ref _reading);

    /// <summary>Waits for the connection after one that has ended. Cancelling ends the waiting only.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.Ended"/>: there is none.</exception>
    public async Task<Connection> AfterAsync(Connection ended, CancellationToken cancellation)
    {
        Task<Connection> replacing;
        lock (_gate)
        {
            ThrowIfDisposed();
            if (!ReferenceEquals(_current, ended))
            {
                return _current;
            }

            replacing = Replace(ended);
        }

        return await replacing.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Begins to replace one that has ended; does not wait.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.Ended"/>: that has failed.</exception>
    public void BeginReplacing(Connection ended)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (ReferenceEquals(_current, ended) && Replace(ended) is { IsFaulted: true, Exception.InnerException: RpmsgException failure })
            {
                throw new RpmsgException(failure.Error, failure.Message, failure.InnerException);
            }
        }
    }

    /// <summary>The reader has found the end of what it was reading.</summary>
    /// <exception cref="RpmsgException"><see cref="RpmsgError.Ended"/>: nothing comes after it.</exception>
    public async Task ReadNextAsync(Connection drained, CancellationToken cancellation)
    {
        await AfterAsync(drained, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            ThrowIfDisposed();
            _reading = _current;
        }

        drained.Dispose();
    }

    /// <summary>For whoever finds a socket closed: by the channel's own end or not.</summary>
    /// <exception cref="ObjectDisposedException">By that.</exception>
    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), typeof(RpmsgChannel));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task? replacing;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            (_disposed, replacing) = (true, _replacing);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (replacing is not null)
        {
            // Whoever waited for it has been told.
            await replacing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Replaces)
        {
            // While the connection is there: the gateway must know it before it sees the end.
            await _connector.Control.LeaveAsync().ConfigureAwait(false);
        }

        _current.Dispose();
        _reading.Dispose();
        _stop.Dispose();
    }

    private Connection Read(ref Connection connection)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return connection;
        }
    }

    // Under the gate. A failure is final: the task stays.
    private Task<Connection> Replace(Connection ended) => _replacing ??= ReplaceAsync(ended);

    private async Task<Connection> ReplaceAsync(Connection ended)
    {
        // Not under the gate.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        // The gateway offers the name again when it sees that the old connection is over.
        ended.End();
        Connection next;
        try
        {
            if (_connector.Time.GetElapsedTime(ended.Opened) < Connector.Pace)
            {
                // One that ended at once: two applications that want the same name must not make the gateway busy.
                await Task.Delay(Connector.Pace, _connector.Time, _stop.Token).ConfigureAwait(false);
            }

            next = await _connector.OpenAsync(_patience, static _ => true, _stop.Token).ConfigureAwait(false);
        }
        catch (RpmsgException failure)
        {
            throw new RpmsgException(
                RpmsgError.Ended, $"{_connector.Place.Target} has ended and could not be opened again within {_patience.TotalSeconds} s: {failure.Message}", failure);
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(RpmsgChannel));
        }

        lock (_gate)
        {
            (_current, _replacing) = (next, null);
            _replaced++;
            if (!ReferenceEquals(_reading, ended))
            {
                // The reader is two connections behind: see RpmsgChannel's remarks.
                ended.Dispose();
            }

            return next;
        }
    }
}
