using System.Runtime.InteropServices;
using Bridge.Linux;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>
/// A block device's back end of the tests' own, byte by byte: no type of the port's messages is used. It serves one front end on a thread of its own until it is disposed,
/// which is its death: its socket is closed and nothing is answered any more.
/// </summary>
internal sealed class ScriptedBackEnd : IDisposable
{
    public const ulong ProtocolFeaturesBit = 1UL << 30;
    public const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | 1UL << 9 | 1UL << 26 | 1UL << 11 | ProtocolFeaturesBit;
    public const ulong Multiqueue = 1, ReplyAcknowledge = 1UL << 3, BackEndRequest = 1UL << 5, Configuration = 1UL << 9, Inflight = 1UL << 12;

    private readonly StreamListener _listener;
    private readonly Poller _poller = new();
    private readonly Thread _thread;
    private readonly byte[] _disk;
    private readonly List<FileDescriptor> _descriptors = [];
    private readonly Lock _gate = new();
    private readonly Queue<Chain> _held = new();
    private DescriptorSocket? _socket;
    private DescriptorSocket? _channel;
    private ForeignMemory? _memory;
    private Window? _window;
    private FileDescriptor? _region;
    private Doorbell? _kick, _call;
    private DeviceQueue? _queue;
    private RingLayout _layout;
    private ulong _agreed;
    private bool _enabled, _hold;
    private volatile bool _dead;

    public ScriptedBackEnd(string path, byte[] disk, ulong protocol = Multiqueue | ReplyAcknowledge | BackEndRequest | Configuration, bool hold = false)
    {
        (_disk, Protocol, _hold) = (disk, protocol, hold);
        FileEntry.Unlink(path);
        _listener = StreamListener.BindUnix(path, UnixFileMode.UserRead | UnixFileMode.UserWrite, null, 1);
        _poller.Add(_listener.Descriptor, 1, PollEvents.In, once: false);
        _thread = new Thread(Loop) { Name = "back end", IsBackground = true };
    }

    public ulong Protocol { get; }

    public ulong Offered { get; init; } = Features;

    public byte[] Space { get; } = new byte[60];

    /// <summary>Requests that came, in order.</summary>
    public List<uint> Requests { get; } = [];

    /// <summary>Sectors written, in order.</summary>
    public List<ulong> Written { get; } = [];

    public uint? Base { get; private set; }

    public ulong Accepted { get; private set; }

    public bool IsSealed { get; private set; }

    /// <summary>What was found in the region that the front end gave.</summary>
    public byte? RegionMark { get; private set; }

    /// <summary>Answers to this request are this instead.</summary>
    public (uint Request, byte[] Bytes)? Nonsense { get; init; }

    /// <summary>The used index is set to this when a chain comes.</summary>
    public ushort? JumpTo { get; init; }

    /// <summary>SET_CONFIG, in order: offset and bytes; what it does not take, it does not take.</summary>
    public List<(uint Offset, byte[] Bytes)> ConfigurationWrites { get; } = [];

    /// <summary>SET_CONFIG is refused.</summary>
    public bool RefusesWrites { get; init; }

    public Exception? Failure { get; private set; }

    public ScriptedBackEnd Run()
    {
        _thread.Start();
        return this;
    }

    public T Look<T>(Func<ScriptedBackEnd, T> question)
    {
        lock (_gate)
            return question(this);
    }

    public int HeldCount => _held.Count;

    /// <summary>Does what it holds, and from now on at once.</summary>
    public void Release()
    {
        lock (_gate)
            _hold = false;
        _poller.Wake();
    }

    public void ChangeConfiguration(byte value)
    {
        lock (_gate)
            Space[0] = value;
        Send(_channel!, 2, 1, []);
    }

    public void Dispose()
    {
        _dead = true;
        _poller.Wake();
        if (_thread.IsAlive)
            Assert.True(_thread.Join(Sockets.Patience.Time), "the back end does not end");
        foreach (IDisposable? one in new IDisposable?[] { _listener, _socket, _channel, _kick, _call, _memory, _region, _poller })
            one?.Dispose();
        Assert.Null(Failure);
    }

    private void Loop()
    {
        PollEvent[] seen = new PollEvent[_poller.Batch];
        try
        {
            while (!_dead)
            {
                int count = _poller.Wait(seen, TimeSpan.FromMilliseconds(100));
                lock (_gate)
                {
                    for (int i = 0; i < count && !_dead; i++)
                        See(seen[i].Key);
                    Work();
                }
            }
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
    }

    private void See(long key)
    {
        switch (key)
        {
            case 1 when _socket is null:
                _socket = _listener.AcceptWithDescriptors();
                if (_socket is not null)
                    _poller.Add(_socket.Descriptor, 2, PollEvents.In, once: false);
                break;
            case 1:
                _listener.AcceptWithDescriptors()?.Dispose();
                break;
            case 2 when _socket is not null && !TryHandle():
                _poller.Remove(_socket.Descriptor);
                _socket.Dispose();
                // The next connection sets everything up anew; until then nothing lies in memory that goes with its table.
                (_socket, _queue, _enabled) = (null, null, false);
                break;
            case 3:
                _kick?.Take();
                break;
            default:
                break;
        }
    }

    private bool TryHandle()
    {
        byte[] header = new byte[12];
        if (!Read(header))
            return false;
        uint request = MemoryMarshal.Read<uint>(header), flags = MemoryMarshal.Read<uint>(header.AsSpan(4));
        byte[] payload = new byte[MemoryMarshal.Read<uint>(header.AsSpan(8))];
        if (payload.Length > 0 && !Read(payload))
            return false;
        Assert.Equal(1u, flags & 7);
        Requests.Add(request);
        byte[]? reply = Answer(request, payload);
        foreach (FileDescriptor left in _descriptors)
            left.Dispose();
        _descriptors.Clear();
        if (Nonsense is { } nonsense && nonsense.Request == request)
            _socket!.Send(nonsense.Bytes, [], out _);
        else if (reply is not null)
            Send(_socket!, request, 5, reply, request == 31 ? [_region!] : []);
        else if ((flags & 8) != 0)
            Send(_socket!, request, 5, BitConverter.GetBytes(request == 25 && RefusesWrites ? 1ul : 0));
        return true;
    }

    private byte[]? Answer(uint request, byte[] payload)
    {
        uint number = payload.Length >= 8 ? MemoryMarshal.Read<uint>(payload.AsSpan(4)) : 0;
        switch (request)
        {
            case 1:
                return BitConverter.GetBytes(Offered);
            case 2:
                Accepted = MemoryMarshal.Read<ulong>(payload);
                return null;
            case 5:
                Map(payload);
                return null;
            case 8:
                _layout = _layout with { Size = (int)number };
                return null;
            case 9:
                _layout = _layout with
                {
                    Descriptors = MemoryMarshal.Read<ulong>(payload.AsSpan(8)),
                    Used = MemoryMarshal.Read<ulong>(payload.AsSpan(16)),
                    Available = MemoryMarshal.Read<ulong>(payload.AsSpan(24)),
                };
                return null;
            case 10:
                Base = number;
                return null;
            case 11:
                ushort at = _queue?.NextAvailable ?? 0;
                (_queue, _enabled) = (null, false);
                return [0, 0, 0, 0, (byte)at, (byte)(at >> 8), 0, 0];
            case 12:
                _kick = Take();
                _poller.Add(_kick.Descriptor, 3, PollEvents.In, once: false);
                return null;
            case 13:
                _call = Take();
                return null;
            case 15:
                return BitConverter.GetBytes(Protocol);
            case 16:
                _agreed = MemoryMarshal.Read<ulong>(payload);
                Assert.Equal(0ul, _agreed & ~Protocol);
                return null;
            case 17:
                return BitConverter.GetBytes(1ul);
            case 18:
                _enabled = number == 1;
                return null;
            case 21:
                _channel = new DescriptorSocket(_descriptors[0]);
                _descriptors.Clear();
                return null;
            case 24:
                Space.CopyTo(payload, 12);
                return payload;
            case 25:
                Assert.Equal(0u, MemoryMarshal.Read<uint>(payload.AsSpan(8)));
                ConfigurationWrites.Add((MemoryMarshal.Read<uint>(payload), payload[12..]));
                if (!RefusesWrites)
                    payload.AsSpan(12).CopyTo(Space.AsSpan(MemoryMarshal.Read<int>(payload)));
                return null;
            case 31:
                _region = MemoryFile.Create("region", 4096, sealable: false);
                BitConverter.TryWriteBytes(payload, 4096ul);
                return payload;
            case 32:
                UseRegion();
                return null;
            default:
                return null;
        }
    }

    /// <summary>Leaves a mark in the region, which its successor finds.</summary>
    private void UseRegion()
    {
        using MappedFile region = MappedFile.Map(MemoryFile.Duplicate(_descriptors[0]), 0, 4096);
        using ForeignMemory memory = new(region.Address, region.Size, region);
        Span<byte> mark = new Window(new WindowRegion(0, memory)).GetSpan(0, 1);
        RegionMark = mark[0];
        mark[0]++;
    }

    private void Map(byte[] payload)
    {
        Assert.Equal(1u, MemoryMarshal.Read<uint>(payload));
        Assert.Equal(40, payload.Length);
        ulong guest = MemoryMarshal.Read<ulong>(payload.AsSpan(8)), length = MemoryMarshal.Read<ulong>(payload.AsSpan(16));
        MappedFile mapping = MappedFile.Map(Assert.Single(_descriptors), 0, length);
        IsSealed = mapping.IsSealed && Assert.ThrowsAny<LinuxException>(() => MemoryFile.SetSize(_descriptors[0], 0)).Errno == Errno.EPERM;
        (_queue, _enabled) = (null, false);
        _memory?.Dispose();
        _memory = new ForeignMemory(mapping.Address, mapping.Size, mapping);
        _descriptors.Clear();
        _window = new Window(new WindowRegion(guest, _memory));
    }

    private Doorbell Take()
    {
        Doorbell bell = new(Assert.Single(_descriptors));
        _descriptors.Clear();
        return bell;
    }

    private void Work()
    {
        if (!_enabled || _call is null || _socket is null)
            return;
        _queue ??= new DeviceQueue(
            _window!, _layout, new RingOptions(EventIndex: (Accepted & VirtioFeatures.EventIndex) != 0), (ushort)Base!.Value,
            RingIndices.Read(_window!, _layout, littleEndian: true).Used);
        do
        {
            for (var chain = new Chain(); _queue.TryTake(chain); chain = new Chain())
                _held.Enqueue(chain);
        }
        while (_queue.EnableNotifications());
        if (JumpTo is { } index && _held.Count > 0)
            BitConverter.TryWriteBytes(_window!.GetSpan(_layout.Used + 2, 2), index);
        while (!_hold && _held.TryDequeue(out Chain? chain))
        {
            Do(chain);
            _queue.Push(chain.Head, 1);
        }

        if (_queue.ShouldNotify() || JumpTo is not null)
            _call.Ring();
    }

    private void Do(Chain chain)
    {
        Span<byte> header = _window!.GetSpan(chain.Readable[0].Address, 16);
        uint type = MemoryMarshal.Read<uint>(header);
        ulong sector = MemoryMarshal.Read<ulong>(header[8..]);
        Segment status = chain.Writable[^1];
        if (type == BlockDriver.Write)
        {
            Written.Add(sector);
            _window.GetSpan(chain.Readable[1].Address, chain.Readable[1].Length).CopyTo(_disk.AsSpan((int)sector * 512));
        }
        else if (type == BlockDriver.Read)
        {
            _disk.AsSpan((int)sector * 512, (int)chain.Writable[0].Length).CopyTo(_window.GetSpan(chain.Writable[0].Address, chain.Writable[0].Length));
        }

        _window.GetSpan(status.Address, 1)[0] = 0;
    }

    private bool Read(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            StreamOutcome outcome = _socket!.Receive(bytes.AsSpan(at), _descriptors, out int received, out _);
            if (outcome is StreamOutcome.End or StreamOutcome.Reset)
                return false;
            at += received;
            if (outcome == StreamOutcome.WouldBlock)
                Thread.Yield();
        }

        return true;
    }

    private static void Send(DescriptorSocket socket, uint request, uint flags, byte[] payload, params FileDescriptor[] descriptors)
    {
        byte[] message = [.. BitConverter.GetBytes(request), .. BitConverter.GetBytes(flags), .. BitConverter.GetBytes(payload.Length), .. payload];
        socket.Send(message, descriptors, out _);
    }
}
