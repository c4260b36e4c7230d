using Bridge.Virtio;
using Bridge.Virtio.Tests;

namespace Bridge.Fuzz.Targets;

/// <summary>
/// The chain walker in memory that a driver writes as it likes: typed faults only, no segment outside the window, no more segments than allowed, and this side writes nothing but the used
/// ring. Walks end because <see cref="Watchdog"/> would see one that does not.
/// </summary>
internal sealed class RingSession : IFuzzSession
{
    private readonly Rig _rig;
    private readonly FakeDriver _driver;
    private readonly List<ushort> _taken = [];
    private readonly Chain _chain = new();
    private readonly byte[] _before;
    private DeviceQueue _device;
    private ushort _index;

    public RingSession(FuzzRandom random)
    {
        var options = new RingOptions(EventIndex: random.OneIn(2), Indirect: random.Next(4) > 0, LittleEndian: random.Next(8) > 0, MaximumSegments: 1 + random.Next(12));
        _rig = new Rig(1 << random.Next(6), options);
        _driver = new FakeDriver(_rig);
        _device = _rig.CreateDevice();
        _before = new byte[_rig.Memory.Size];
    }

    private Span<byte> Memory => _rig.Window.GetSpan(Rig.Base, (uint)_rig.Memory.Size);

    public void Dispose() => _rig.Dispose();

    public int Step(FuzzRandom random)
    {
        for (int i = random.Next(1, 5); i > 0; i--)
            Write(random);
        Memory.CopyTo(_before);
        int fault = -1;
        try
        {
            fault = Walk(random);
        }
        catch (RingFaultException broken)
        {
            fault = (int)broken.Fault;
            CheckWritten();
            if (broken.Head is { } head)
                _device.Push(head, 0);
            else
                Restart();
        }

        return Outcome.Of(fault, _chain.Readable.Length, _chain.Writable.Length, Outcome.Magnitude(_device.InFlight), Outcome.Magnitude((long)_chain.ReadableLength));
    }

    private int Walk(FuzzRandom random)
    {
        if (_device.TryTake(_chain))
        {
            _taken.Add(_chain.Head);
            int count = _chain.Readable.Length + _chain.Writable.Length;
            FuzzFindException.Unless(count >= 1 && count <= _rig.Options.MaximumSegments, $"{count} segments");
            FuzzFindException.Unless(Sum(_chain.Readable) == _chain.ReadableLength && Sum(_chain.Writable) == _chain.WritableLength, $"lengths do not add up");
        }

        if (_taken.Count > 0 && random.OneIn(2))
        {
            int at = random.Next(_taken.Count);
            _device.Push(_taken[at], (uint)random.Edge());
            _taken.RemoveAt(at);
        }

        if (random.OneIn(3))
            _device.EnableNotifications();
        if (random.OneIn(3))
            _device.DisableNotifications();
        CheckWritten();
        return _device.ShouldNotify() ? -2 : -1;
    }

    private ulong Sum(ReadOnlySpan<Segment> segments)
    {
        ulong sum = 0;
        foreach (Segment segment in segments)
        {
            FuzzFindException.Unless(_rig.Window.TryGetSpan(segment.Address, segment.Length, out _), $"{segment} is outside the window");
            sum += segment.Length;
        }

        return sum;
    }

    /// <summary>Nothing but the used ring.</summary>
    private void CheckWritten()
    {
        int used = (int)(_rig.Layout.Used - Rig.Base), length = (int)RingLayout.UsedLength(_rig.Layout.Size);
        Memory.Slice(used, length).CopyTo(_before.AsSpan(used));
        FuzzFindException.Unless(_before.AsSpan().SequenceEqual(Memory), $"something beside the used ring was written");
    }

    private void Restart()
    {
        _taken.Clear();
        _rig.RingBytes.Clear();
        (_device, _index) = (_rig.CreateDevice(), 0);
    }

    private void Write(FuzzRandom random)
    {
        int size = _rig.Layout.Size;
        switch (random.Next(6))
        {
            case 0 or 1:
                (Segment segment, int flags, int next) = Nonsense(random, size);
                if ((flags & FakeDriver.Indirect) != 0)
                    segment = new Segment(_rig.Tables.Address + (16 * (ulong)random.Next(size)), (uint)(random.OneIn(4) ? random.Edge() : 16ul * (ulong)random.Next(1, Rig.TableEntries + 1)));
                _driver.Descriptor(random.Next(size), segment, flags, next);
                break;
            case 2:
                (Segment entry, int entryFlags, int entryNext) = Nonsense(random, Rig.TableEntries);
                _driver.TableEntry(_rig.Tables.Address, random.Next(size * Rig.TableEntries), entry, random.Next(4) > 0 ? entryFlags & ~FakeDriver.Indirect : entryFlags, entryNext);
                break;
            case 3 when random.OneIn(20):
                _driver.AvailableIndex = _index = (ushort)random.Edge();
                break;
            case 4 when random.OneIn(4):
                Memory[random.Next(Memory.Length)] = (byte)random.Edge();
                break;
            default:
                _driver.AvailableEntry(_index % size, (ushort)(random.OneIn(20) ? random.Edge() : (ulong)random.Next(size)));
                _driver.AvailableIndex = ++_index;
                break;
        }
    }

    private (Segment Segment, int Flags, int Next) Nonsense(FuzzRandom random, int size)
    {
        Segment segment = random.Next(12) switch
        {
            0 => new Segment(random.Edge(), (uint)random.Edge()),
            1 => _rig.Buffer(0, (uint)random.Edge()),
            _ => _rig.Buffer(random.Next(_rig.Layout.Size)),
        };
        int flags = (random.OneIn(3) ? FakeDriver.Next : 0) | (random.OneIn(2) ? FakeDriver.Write : 0) | (random.OneIn(4) ? FakeDriver.Indirect : 0);
        return (segment, flags, random.Next(size + (random.OneIn(8) ? 2 : 0)));
    }
}
