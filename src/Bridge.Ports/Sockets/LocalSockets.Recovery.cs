using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

// What goes on after this process, and what it goes on with itself.
internal sealed partial class LocalSockets
{
    // The life is left to a successor: what applications had sent still goes into the ring.
    private bool _leaving;

    /// <summary>Where files lie that outlive the process; only where <see cref="SocketsOptions.Keeps"/>.</summary>
    public string KeptPath => _directory.KeptPath;

    /// <summary>The life that the predecessor's sockets belong to; 0: none, or that has been decided.</summary>
    public ulong PredecessorsLife => _recovery.IsPending ? _kept.Life : 0;

    /// <summary>For tests: what a successor would find under way.</summary>
    internal StepKind UnderWay => _kept.Steps.UnderWay;

    private bool IsLifeKept => _kept.IsKept && _kept.Life != 0 && _rings is not null;

    /// <summary>
    /// Goes on with a predecessor's life of the device and with everything that its applications had under way. Only if <see cref="PredecessorsLife"/> is that life's number;
    /// a port that cannot go on calls <see cref="Abandon"/>. Until then applications wait.
    /// </summary>
    /// <param name="rings">This life's, as they were found.</param>
    /// <param name="features">Negotiated.</param>
    /// <param name="notify">Rings the doorbell of a queue.</param>
    public void Resume(RpmsgRings rings, ulong features, Action<int> notify)
    {
        (_rings, _notify) = (rings, notify);
        _recovery.RestoreLife(_channels, _announcements, rings, features);
        EndRecovery();
        _wake();
    }

    /// <summary>The predecessor's life has ended; nothing happens if there was none, or it is decided already.</summary>
    public void Abandon()
    {
        if (_recovery.IsPending)
        {
            _kept.Life = 0;
            _recovery.EndLife();
            EndRecovery();
            if (_isStarted)
            {
                _wake();
            }
        }
    }

    /// <summary>For tests: ends as a killed process does, without a word to anybody.</summary>
    internal async ValueTask KillAsync()
    {
        await _poll.StopAsync();
        Release();
        foreach (Conversation conversation in _conversations.All)
        {
            conversation.Connection?.Dispose();
        }
    }

    private static KeptSockets OpenKept(SocketsOptions options, RunDirectory directory, ILogger log)
    {
        try
        {
            return KeptSockets.Open(options.Keeps ? Path.Combine(directory.KeptPath, "sockets") : null, options, log);
        }
        catch (LinuxException failure)
        {
            directory.Dispose();
            throw new RunDirectoryException(
                RunDirectoryFault.Inaccessible, directory.KeptPath, $"{directory.KeptPath} cannot hold what a restart goes on with: {failure.Message}. Make room there.", failure);
        }
    }

    private void EndRecovery()
    {
        SetUpServices();
        if (_scope.Access.HasRules)
        {
            // They may be others than the predecessor's.
            Review();
        }

        foreach (SocketEntry entry in _entries.All)
        {
            if (entry is { Terms.Permanent: true, Service: { } service, Conversations.Count: 0 })
            {
                _conversations.Begin(entry, service, connection: null);
            }

            _entries.Refresh(entry);
        }

        Settle();
        _kept.CommitChanges();
        EndStored();
        (int conversations, int sockets, int waiting) = _recovery.Count();
        SocketsLog.Recovered(_log, _options.Device, conversations, sockets, waiting);
    }

    /// <summary>Ends what a predecessor had in the descriptor store and nobody goes on with.</summary>
    private void EndStored()
    {
        _directory.EndUnused();
        _stored.EndOthers();
    }

    private void SetUpServices()
    {
        Services.Set(_options.Services);
        if (_options.FirstEndpoint is { } first)
        {
            _bus.GiveAddressesFrom(first);
        }
    }

    /// <summary>
    /// Leaves the life to a successor. Applications whose sockets are in the descriptor store notice nothing. Others can send no more (EPIPE); what they had sent goes into the ring as long as it has room, now and
    /// in the turns that are left.
    /// </summary>
    private void Leave()
    {
        if (_stored.Exists)
        {
            // Who connects from now on waits for the successor.
            _entries.LeaveAll();
            _streams.Leave();
            _control.Leave();
        }
        else
        {
            _streams.Close(_directory);
            _control.Close(_directory);
            _entries.HideAll();
        }

        bool all = true;
        // From behind: a conversation that ends leaves the list.
        for (int i = _conversations.All.Count - 1; i >= 0; i--)
        {
            if (_conversations.All[i].Connection is { StoredAs: 0 } connection)
            {
                all = false;
                EndInput(connection);
            }
        }

        if (all)
        {
            // Whatever comes stays in the sockets.
            _kept.CommitChanges();
            _kept.Steps.End();
            _closed = true;
            return;
        }

        _leaving = true;
        while (Pump())
        {
            if (_bus.TransmitBlocked)
            {
                break;
            }
        }
    }

    private void EndInput(ApplicationConnection connection)
    {
        try
        {
            connection.EndInput();
            connection.MaybeReadable = true;
            _conversations.Touched.Add(connection);
        }
        catch (LinuxException failure)
        {
            _conversations.Fail(connection, failure);
        }
    }

    /// <summary>The process ends, and what still lies in sockets that nobody keeps is lost.</summary>
    private void CountUnsent()
    {
        long unsent = 0;
        foreach (Conversation conversation in _conversations.All)
        {
            if (conversation is { Connection: { StoredAs: 0, IsClosed: false } connection })
            {
                unsent += connection.Shutdown(ShutdownDirection.Both);
            }
        }

        if (unsent > 0)
        {
            Counters.Unsent += unsent;
            SocketsLog.LeftUnsent(_log, _options.Device, unsent);
        }
    }

    private void Release()
    {
        (_rings, _notify) = (null, null);
        _closed = true;
        _poll.Dispose();
        _kept.Dispose();
        _directory.Dispose();
    }
}
