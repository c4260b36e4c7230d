using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bridge.Linux;

namespace Bridge.Gateway.Lab;

/// <summary>
/// A service manager for one gateway of the lab, as far as its descriptor store goes: what the gateway sends with FDSTORE=1 (sd_notify(3)) is kept, whatever happens to the gateway, and handed to
/// the next one (sd_listen_fds(3)). From any thread, but one process is started at a time.
/// </summary>
internal sealed class LabSupervisor : IDisposable
{
    /// <summary>How many descriptors are kept: FileDescriptorStoreMax= of the unit files.</summary>
    private const int Limit = 512;

    // sd_listen_fds(3): SD_LISTEN_FDS_START.
    private const int First = 3;

    // A file name of the lab's and a few words are a tenth of that.
    private const int LongestMessage = 8192;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly NotificationReceiver _receiver;
    private readonly Poller _poller = new();
    private readonly Thread _thread;
    private readonly List<InheritedDescriptor> _kept = [];
    private readonly byte[] _message = new byte[LongestMessage];
    private volatile bool _ends;

    /// <summary>Begins to listen.</summary>
    /// <param name="name">The gateway's.</param>
    /// <param name="path">Where its notifications are awaited.</param>
    public LabSupervisor(string name, string path)
    {
        _path = path;
        _receiver = new NotificationReceiver(path);
        _poller.Add(_receiver.Descriptor, key: 0, PollEvents.In, once: false);
        _thread = new Thread(Listen) { Name = $"{name} supervisor", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Starts a process that is to be supervised. Its id is that of the program itself.</summary>
    /// <param name="start">Program, arguments and streams. Taken over.</param>
    public Process? Start(ProcessStartInfo start)
    {
        lock (_gate)
        {
            // What the last process said before its end stands in the queue at the latest.
            Receive();
            // Between the program's own numbers and the copies: none is in the way of another.
            using InheritableDescriptors copies = new([.. _kept.Select(static kept => kept.Descriptor)], First + _kept.Count);
            start.Environment["NOTIFY_SOCKET"] = _path;
            // As systemd 254 and newer say, and the unit files for older ones.
            start.Environment["FDSTORE"] = Limit.ToString(CultureInfo.InvariantCulture);
            start.Environment["LISTEN_FDS"] = _kept.Count.ToString(CultureInfo.InvariantCulture);
            start.Environment["LISTEN_FDNAMES"] = string.Join(':', _kept.Select(static kept => kept.Name));
            string[] arguments = ["-c", Script(copies.Numbers), start.FileName, .. start.ArgumentList];
            start.FileName = LabProgram.Find("bash", "bash");
            start.ArgumentList.Clear();
            foreach (string argument in arguments)
                start.ArgumentList.Add(argument);
            return Process.Start(start);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends = true;
        _poller.Wake();
        _thread.Join();
        _poller.Dispose();
        _receiver.Dispose();
        foreach (InheritedDescriptor kept in _kept)
            kept.Descriptor.Dispose();
    }

    /// <summary>Moves the copies to where they are looked for, and becomes the program. (A plain sh has numbers up to 9 only.)</summary>
    private static string Script(IEnumerable<int> numbers) => string.Create(
        CultureInfo.InvariantCulture,
        $"""{string.Concat(numbers.Select((number, i) => string.Create(CultureInfo.InvariantCulture, $"exec {First + i}<&{number} {number}<&-; ")))}LISTEN_PID=$$ exec "$0" "$@" """);

    private void Listen()
    {
        PollEvent[] ready = new PollEvent[_poller.Batch];
        while (!_ends)
        {
            _poller.Wait(ready, Timeout.InfiniteTimeSpan);
            lock (_gate)
                Receive();
        }
    }

    private void Receive()
    {
        List<FileDescriptor> descriptors = [];
        while (_receiver.TryReceive(_message, descriptors, out int length))
        {
            Dictionary<string, string> state = Encoding.UTF8.GetString(_message, 0, length).Split('\n')
                .Select(static line => line.Split('=', 2)).Where(static pair => pair.Length == 2).DistinctBy(static pair => pair[0]).ToDictionary(static pair => pair[0], static pair => pair[1]);
            string name = state.GetValueOrDefault("FDNAME", "stored");
            if (state.GetValueOrDefault("FDSTOREREMOVE") == "1")
                Remove(name);
            if (state.GetValueOrDefault("FDSTORE") == "1")
            {
                _kept.AddRange(descriptors.Select(descriptor => new InheritedDescriptor(name, descriptor)));
                descriptors.Clear();
            }

            foreach (FileDescriptor unwanted in descriptors)
                unwanted.Dispose();
            descriptors.Clear();
            // A manager closes what is too much; so it is found out here.
            while (_kept.Count > Limit)
            {
                _kept[^1].Descriptor.Dispose();
                _kept.RemoveAt(_kept.Count - 1);
            }
        }
    }

    private void Remove(string name)
    {
        foreach (InheritedDescriptor kept in _kept.Where(kept => kept.Name == name))
            kept.Descriptor.Dispose();
        _kept.RemoveAll(kept => kept.Name == name);
    }
}
