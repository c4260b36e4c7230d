using Bridge.Virtio;
using Bridge.Virtio.Tests;

namespace Bridge.Fuzz.Targets;

/// <summary>The driver's queue against a device that writes anywhere: typed faults of the ring only, every token comes back once, and descriptors are never lost or won.</summary>
internal sealed class UsedRingSession : IFuzzSession
{
    private readonly Rig _rig;
    private readonly HashSet<int> _outstanding = [];
    private DriverQueue _driver;
    private FakeDevice _device;
    private int _token;

    public UsedRingSession(FuzzRandom random)
    {
        _rig = new Rig(1 << random.Next(1, 5), new RingOptions(EventIndex: random.OneIn(2), Indirect: random.OneIn(2)));
        _driver = _rig.CreateDriver();
        _device = new FakeDevice(_rig);
    }

    public void Dispose() => _rig.Dispose();

    public int Step(FuzzRandom random)
    {
        int fault = -1, added = 0, returned = 0;
        try
        {
            for (int i = random.Next(4); i > 0 && _outstanding.Count < _driver.Size; i--)
            {
                Segment[] readable = random.OneIn(2) ? [_rig.Buffer(0)] : [], writable = readable.Length == 0 || random.OneIn(2) ? [_rig.Buffer(1)] : [];
                if (!_driver.TryAdd(readable, writable, ++_token, out _))
                    continue;
                added++;
                _outstanding.Add(_token);
            }

            Write(random);
            while (_driver.TryTakeUsed(out UsedElement used))
            {
                returned++;
                FuzzFindException.Unless(_outstanding.Remove(used.Token), $"token {used.Token} was not outstanding");
            }

            FuzzFindException.Unless(_driver.InFlight == _outstanding.Count, $"{_driver.InFlight} in flight, {_outstanding.Count} outstanding");
            FuzzFindException.Unless(_driver.FreeDescriptors <= _driver.Size && (_outstanding.Count > 0 || _driver.FreeDescriptors == _driver.Size), $"{_driver.FreeDescriptors} of {_driver.Size} free");
            if (random.OneIn(3))
                _driver.EnableNotifications();
            _ = _driver.ShouldNotify();
        }
        catch (RingFaultException broken)
        {
            fault = (int)broken.Fault;
            FuzzFindException.Unless(broken.Head is null, $"a used ring's fault names chain {broken.Head}");
            _outstanding.Clear();
            _driver = _rig.CreateDriver();
            _device = new FakeDevice(_rig);
        }

        return Outcome.Of(fault, added, returned, Outcome.Magnitude(_driver.InFlight));
    }

    private void Write(FuzzRandom random)
    {
        switch (random.Next(12))
        {
            case 0:
                _device.UsedIndex = (ushort)random.Edge();
                break;
            case 1:
                _device.Publish((uint)random.Edge(), (uint)random.Edge());
                break;
            case 2:
                _device.ScribbleOverDriverMemory((byte)random.Edge());
                break;
            case 3:
                _rig.RingBytes[random.Next(_rig.RingBytes.Length)] = (byte)random.Edge();
                break;
            default:
                for (int i = random.Next(4); i > 0; i--)
                    _device.Publish((uint)random.Next(_driver.Size), (uint)random.Edge());
                break;
        }
    }
}
