using Bridge.Linux;
using Bridge.Ports.Sockets;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Service;

/// <summary>The service manager's descriptor store (sd_pid_notify_with_fds(3)). Thread-safe; nobody waits: what the manager does not take at once is sent in its order as it does.</summary>
internal sealed partial class ServiceDescriptorStore : IDescriptorStore, IAsyncDisposable
{
    // All names have one, behind the device's; the names of socket units have none.
    private const char Separator = '/';

    private readonly ServiceNotifier _notifier;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FileDescriptor> _recovered = [];
    // What the manager has, as far as this process knows.
    private readonly HashSet<string> _kept = [];
    private readonly Queue<(string State, FileDescriptor[] Descriptors)> _waiting = [];
    private Task _sending = Task.CompletedTask;
    private bool _isFull, _isUnreachable;

    /// <param name="notifier">Reaches a manager that has a store.</param>
    /// <param name="recovered">What it kept for an earlier process. Taken over.</param>
    /// <param name="log">For troubles.</param>
    public ServiceDescriptorStore(ServiceNotifier notifier, IEnumerable<InheritedDescriptor> recovered, ILogger<ServiceDescriptorStore> log)
    {
        (_notifier, _log) = (notifier, log);
        foreach (InheritedDescriptor one in recovered)
        {
            _kept.Add(one.Name);
            // Two of one name: a predecessor was killed between the two; nobody knows which one is meant.
            if (!_recovered.TryAdd(one.Name, one.Descriptor))
                one.Descriptor.Dispose();
        }
    }

    /// <summary>Whether a descriptor that was handed to this process at its start was kept by such a store.</summary>
    public static bool IsKept(InheritedDescriptor inherited) => inherited.Name.Contains(Separator, StringComparison.Ordinal);

    /// <inheritdoc/>
    public bool Keep(string name, FileDescriptor descriptor)
    {
        lock (_gate)
        {
            if (_kept.Count >= _notifier.DescriptorLimit)
            {
                if (!_isFull)
                    LogFull(_log, _notifier.DescriptorLimit);
                _isFull = true;
                return false;
            }

            _kept.Add(name);
            // FDPOLL=0: who has hung up may have left messages.
            Send($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", descriptor);
            return !_isUnreachable;
        }
    }

    /// <inheritdoc/>
    public void Forget(string name)
    {
        lock (_gate)
        {
            if (_kept.Remove(name))
                Send($"FDSTOREREMOVE=1\nFDNAME={name}");
        }
    }

    /// <inheritdoc/>
    public FileDescriptor? Take(string name)
    {
        lock (_gate)
            return _recovered.Remove(name, out FileDescriptor? descriptor) ? descriptor : null;
    }

    /// <inheritdoc/>
    public int EndOthers(string prefix) => EndAll(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Ends what was kept for devices that there are no more. How many descriptors there were.</summary>
    /// <param name="devices">Those that there are.</param>
    public int EndFormer(IReadOnlyCollection<string> devices) => EndAll(name => !devices.Contains(name.Split(Separator)[0]));

    /// <summary>Sends what waits, as far as the manager takes it within the time; the rest is told by nobody.</summary>
    public async Task FlushAsync(TimeSpan patience, TimeProvider time)
    {
        Task sending;
        lock (_gate)
            sending = _sending;
        await Task.WhenAny(sending, Task.Delay(patience, time));
    }

    /// <summary>Closes what nobody has taken; the manager keeps it.</summary>
    public async ValueTask DisposeAsync()
    {
        Task sending;
        lock (_gate)
        {
            foreach (FileDescriptor descriptor in _recovered.Values.Concat(_waiting.SelectMany(static one => one.Descriptors)))
                descriptor.Dispose();
            _recovered.Clear();
            _waiting.Clear();
            sending = _sending;
        }

        await sending;
    }

    private int EndAll(Func<string, bool> isMeant)
    {
        lock (_gate)
        {
            string[] names = [.. _recovered.Keys.Where(isMeant)];
            foreach (string name in names)
            {
                _recovered.Remove(name, out FileDescriptor? descriptor);
                descriptor!.Dispose();
                Forget(name);
            }

            return names.Length;
        }
    }

    private void Send(string state, params FileDescriptor[] descriptors)
    {
        if (_waiting.Count == 0 && TrySend(state, descriptors))
            return;
        _waiting.Enqueue((state, [.. descriptors.Select(MemoryFile.Duplicate)]));
        if (_sending.IsCompleted)
            _sending = Task.Run(SendWaitingAsync);
    }

    private async Task SendWaitingAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.TryPeek(out (string State, FileDescriptor[] Descriptors) next) && TrySend(next.State, next.Descriptors))
                {
                    foreach (FileDescriptor copy in _waiting.Dequeue().Descriptors)
                        copy.Dispose();
                }

                if (_waiting.Count == 0)
                {
                    // Under the lock: whoever adds something from now on begins anew.
                    _sending = Task.CompletedTask;
                    return;
                }
            }

            await _notifier.PauseAsync(CancellationToken.None);
        }
    }

    /// <summary>False: later. A manager that cannot be reached keeps nothing, which is no reason to end; logged once until it works again.</summary>
    private bool TrySend(string state, FileDescriptor[] descriptors)
    {
        try
        {
            bool isSent = _notifier.TrySend(state, descriptors);
            _isUnreachable = false;
            return isSent;
        }
        catch (LinuxException failure)
        {
            if (!_isUnreachable)
                LogUnreachable(_log, failure.Message);
            _isUnreachable = true;
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The service manager keeps {Limit} descriptors and no more (FileDescriptorStoreMax=): applications whose socket finds no room notice when the gateway is killed.")]
    private static partial void LogFull(ILogger logger, int limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The service manager's descriptor store cannot be reached: {Reason}. Applications will notice when the gateway is killed.")]
    private static partial void LogUnreachable(ILogger logger, string reason);
}
