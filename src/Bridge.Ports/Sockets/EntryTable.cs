using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.Sockets.Kept;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>Makes entries appear and disappear in the file system. What fails for want of descriptors, or because something has the name, is tried again every second.</summary>
internal sealed class EntryTable(string device, RunDirectory directory, PollThread poll, SocketsCounters counters, KeptSockets kept, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_retryPeriod = TimeSpan.FromSeconds(1);

    // Names in a refusal: enough to find one's own mistake.
    private const int MaximumDescribed = 8;

    private readonly Dictionary<EntryPath, SocketEntry> _all = [];
    private readonly List<SocketEntry> _failed = [];
    private long _lastRetry;

    /// <summary>Everything that exists, taken or not.</summary>
    public IReadOnlyCollection<SocketEntry> All => _all.Values;

    /// <summary>Something waits for another attempt.</summary>
    public bool HasFailed => _failed.Count > 0;

    /// <summary>The entry of that name; null if there is none.</summary>
    public SocketEntry? Find(EntryPath path) => _all.GetValueOrDefault(path);

    /// <summary>The names in one directory, for people: the first few.</summary>
    public string Describe(EntryKind kind)
    {
        string[] files = [.. _all.Keys.Where(p => p.Kind == kind).Select(static p => p.File).Order(StringComparer.Ordinal).Take(MaximumDescribed + 1)];
        return files.Length == 0 ? "none"
            : files.Length > MaximumDescribed ? string.Join(", ", files.Take(MaximumDescribed)) + ", ..."
            : string.Join(", ", files);
    }

    /// <summary>Adds an entry whose name is free.</summary>
    public void Add(SocketEntry entry)
    {
        _all.Add(new EntryPath(entry.Kind, entry.File), entry);
        if (entry.Service is not null || entry.IsCreated)
        {
            kept.WriteEntry(entry);
        }

        Refresh(entry);
    }

    /// <summary>Other terms hold from now on.</summary>
    public void Change(SocketEntry entry, EntryTerms terms)
    {
        entry.Terms = terms;
        kept.WriteEntry(entry);
        Refresh(entry);
    }

    /// <summary>Nobody can connect any more, although the entries stay: a successor has them.</summary>
    public void HideAll()
    {
        foreach (SocketEntry entry in _all.Values)
        {
            Hide(entry);
        }
    }

    /// <summary>Nobody is let in any more: a successor has the sockets and lets them in who wait then.</summary>
    public void LeaveAll()
    {
        foreach (SocketEntry entry in _all.Values)
        {
            if (entry.Listener is not null)
            {
                poll.Remove(entry);
            }
        }
    }

    /// <summary>The entry's name is free again.</summary>
    public void Remove(SocketEntry entry)
    {
        entry.IsRemoved = true;
        kept.RemoveEntry(entry);
        foreach (Conversation conversation in entry.Conversations)
        {
            kept.Change(conversation);
        }

        _all.Remove(new EntryPath(entry.Kind, entry.File));
        _failed.Remove(entry);
        Hide(entry);
    }

    /// <summary>Applications can connect from now on, or no more, as the entry's conversations have it.</summary>
    public void Refresh(SocketEntry entry)
    {
        if (entry.Admits)
        {
            Show(entry);
        }
        else
        {
            Hide(entry);
        }
    }

    private void Show(SocketEntry entry)
    {
        try
        {
            if (entry.Listener is null)
            {
                entry.Listener = directory.Publish(entry.Kind, entry.File);
                poll.Add(entry, interest: null);
                entry.Failure = null;
            }

            poll.Arm(entry, PollEvents.In);
        }
        catch (LinuxException failure)
        {
            Fail(entry, failure);
        }
    }

    /// <summary>From now on <c>connect()</c> fails. Whoever connected and was not accepted finds the end of file.</summary>
    private void Hide(SocketEntry entry)
    {
        if (entry.Listener is not { } listener)
        {
            return;
        }

        // The name first, then the socket: nobody meets a name whose socket refuses for another reason than being gone.
        try
        {
            directory.Unlink(entry.Kind, entry.File);
        }
        catch (LinuxException failure)
        {
            counters.SocketFailures++;
            SocketsLog.SocketFailed(log, device, entry.Path, failure.Message);
        }

        poll.Remove(entry);
        RefuseWaiting(listener);
        listener.Dispose();
        entry.Listener = null;
    }

    /// <summary>Remembers an entry that could not be served. Logged once until it works again.</summary>
    public void Fail(SocketEntry entry, LinuxException failure)
    {
        counters.SocketFailures++;
        if (entry.Failure is null)
        {
            SocketsLog.SocketFailed(log, device, entry.Path, failure.Message);
        }

        entry.Failure = failure;
        if (!_failed.Contains(entry))
        {
            _failed.Add(entry);
            _lastRetry = time.GetTimestamp();
        }
    }

    /// <summary>Tries failed entries again when it is time to.</summary>
    public void Retry()
    {
        if (_failed.Count == 0 || time.GetElapsedTime(_lastRetry) < s_retryPeriod)
        {
            return;
        }

        SocketEntry[] failed = [.. _failed];
        _failed.Clear();
        _lastRetry = time.GetTimestamp();
        foreach (SocketEntry entry in failed)
        {
            Refresh(entry);
        }
    }

    private void RefuseWaiting(SeqPacketListener listener)
    {
        try
        {
            while (listener.Accept() is { } socket)
            {
                counters.OpenersRefused++;
                counters.Unsent += OrderlyEnd.Shutdown(socket, ShutdownDirection.Both);
                socket.Dispose();
            }
        }
        catch (LinuxException)
        {
            // No descriptor to be orderly with: closing the listening socket resets them.
            counters.OpenersRefused++;
        }
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        foreach (SocketEntry entry in _all.Values.ToArray())
        {
            Remove(entry);
        }
    }
}
