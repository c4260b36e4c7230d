using Xunit.Sdk;

namespace Bridge.Virtio.Tests;

/// <summary>
/// Both queues against each other under random operations, with plain collections as the oracle: what must be taken next, what is in flight, what must come
/// back, how many descriptors are free, and whether a side that sleeps is woken.
/// </summary>
public sealed class OracleTests
{
    private const int Operations = 3000;

    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 16)];

    /// <summary>One block per ring size, 1 to 32768, so that each is sampled.</summary>
    [Theory]
    [MemberData(nameof(Blocks))]
    public void Queues_RandomOperations_AgreeWithTheOracle(int sizeExponent)
    {
        // A round of a large ring takes longer: its long runs are as long as the ring.
        int rounds = sizeExponent < 11 ? 24 : 8;
        for (int round = 0; round < rounds; round++)
        {
            int seed = (sizeExponent * 1000) + round;
            try
            {
                new Run(seed, 1 << sizeExponent).Execute();
            }
            catch (Exception error) when (error is XunitException or RingFaultException or ArgumentException)
            {
                throw new XunitException($"seed {seed}, size {1 << sizeExponent}: {error.Message}", error);
            }
        }
    }

    private sealed record Added(ushort Head, int Token, Segment[] Readable, Segment[] Writable, int Descriptors);

    private sealed class Run(int seed, int entries)
    {
        private readonly int _size = entries;
        private readonly Random _random = new(seed);
        private readonly Queue<Added> _available = new();
        private readonly List<Added> _inFlight = [];
        private readonly Queue<(Added Added, uint Length)> _used = new();
        private readonly Chain _chain = new();
        private int _free = entries;
        private int _token;
        private Sleeper _deviceSleeper;
        private Sleeper _driverSleeper;

        public void Execute()
        {
            var options = new RingOptions(EventIndex: _random.Next(2) == 0, Indirect: _random.Next(2) == 0, LittleEndian: _random.Next(4) > 0);
            ushort start = _random.Next(2) == 0 ? (ushort)_random.Next(65536) : (ushort)(65535 - _random.Next(Math.Min(_size, 64) + 1));
            using var rig = new Rig(_size, options, start);
            DriverQueue driver = rig.CreateDriver();
            DeviceQueue device = rig.CreateDevice();

            for (int i = 0; i < Operations; i++)
            {
                // Now and then a long run of one operation, so that large rings fill, drain and wrap too.
                int operation = _random.Next(11);
                int times = _random.Next(100) == 0 ? _size : 1;
                for (int k = 0; k < times; k++)
                {
                    if (!Step(operation, rig, driver, device))
                        break;
                }

                Assert.Equal(_free, driver.FreeDescriptors);
                Assert.Equal(_available.Count + _inFlight.Count + _used.Count, driver.InFlight);
                Assert.Equal(_inFlight.Count, device.InFlight);
                Assert.Equal(_available.Count > 0, device.HasAvailable);
                Assert.Equal(_used.Count > 0, driver.HasUsed);
            }
        }

        private bool Step(int operation, Rig rig, DriverQueue driver, DeviceQueue device)
        {
            switch (operation)
            {
                case 0 or 1 or 2:
                    return Add(rig, driver);
                case 3 or 4:
                    return Take(rig, device);
                case 5 or 6:
                    return Push(device);
                case 7 or 8:
                    return TakeUsed(driver);
                case 9:
                    _deviceSleeper.Asked(driver.ShouldNotify(), rig.Options.EventIndex);
                    _driverSleeper.Asked(device.ShouldNotify(), rig.Options.EventIndex);
                    return false;
                default:
                    Arm(driver, device);
                    return false;
            }
        }

        private bool Add(Rig rig, DriverQueue driver)
        {
            int longest = Math.Min(_size, Rig.TableEntries + 2);
            int segments = 1 + _random.Next(longest);
            int readable = _random.Next(segments + 1);
            Segment[] all = [.. Enumerable.Range(0, segments).Select(_ => rig.Buffer(_random.Next(_size), (uint)_random.Next(Rig.BufferLength + 1)))];
            int descriptors = rig.Options.Indirect && segments is > 1 and <= Rig.TableEntries ? 1 : segments;
            int token = _token++;

            bool added = driver.TryAdd(all.AsSpan(0, readable), all.AsSpan(readable), token, out ushort head);
            Assert.Equal(descriptors <= _free, added);
            if (!added)
                return false;

            Assert.DoesNotContain(_inFlight, other => other.Head == head);
            _free -= descriptors;
            _available.Enqueue(new Added(head, token, all[..readable], all[readable..], descriptors));
            _deviceSleeper.Published();
            return true;
        }

        private bool Take(Rig rig, DeviceQueue device)
        {
            ushort index = device.NextAvailable;
            bool taken = device.TryTake(_chain);
            Assert.Equal(_available.Count > 0, taken);
            if (!taken)
                return false;

            Added expected = _available.Dequeue();
            Assert.Equal(expected.Head, _chain.Head);
            Assert.Equal(expected.Readable, _chain.Readable.ToArray());
            Assert.Equal(expected.Writable, _chain.Writable.ToArray());
            Assert.Equal(expected.Readable.Sum(s => s.Length), (long)_chain.ReadableLength);
            Assert.Equal(expected.Writable.Sum(s => s.Length), (long)_chain.WritableLength);
            Assert.Equal((ushort)(index + 1), device.NextAvailable);
            Assert.All(_chain.Writable.ToArray(), segment => Assert.True(rig.Window.Contains(segment.Address, segment.Length)));
            _inFlight.Add(expected);
            return true;
        }

        private bool Push(DeviceQueue device)
        {
            if (_inFlight.Count == 0)
                return false;

            // Any of those in flight: completion is out of order.
            int i = _random.Next(_inFlight.Count);
            Added added = _inFlight[i];
            _inFlight[i] = _inFlight[^1];
            _inFlight.RemoveAt(_inFlight.Count - 1);
            uint length = (uint)_random.NextInt64(1L << 32);
            ushort index = device.NextUsed;
            device.Push(added.Head, length);
            Assert.Equal((ushort)(index + 1), device.NextUsed);
            _used.Enqueue((added, length));
            _driverSleeper.Published();
            return true;
        }

        private bool TakeUsed(DriverQueue driver)
        {
            bool taken = driver.TryTakeUsed(out UsedElement used);
            Assert.Equal(_used.Count > 0, taken);
            if (!taken)
                return false;

            (Added added, uint length) = _used.Dequeue();
            Assert.Equal(new UsedElement(added.Head, length, added.Token), used);
            _free += added.Descriptors;
            return true;
        }

        private void Arm(DriverQueue driver, DeviceQueue device)
        {
            if (_random.Next(3) == 0)
            {
                device.DisableNotifications();
                _deviceSleeper.Disarmed();
                driver.DisableNotifications();
                _driverSleeper.Disarmed();
                return;
            }

            bool available = device.EnableNotifications();
            Assert.Equal(_available.Count > 0, available);
            _deviceSleeper.Armed(asleep: !available);
            bool used = driver.EnableNotifications();
            Assert.Equal(_used.Count > 0, used);
            _driverSleeper.Armed(asleep: !used);
        }
    }

    /// <summary>What the other side may expect of one that armed and went to sleep: to be woken by the first entry after it.</summary>
    private struct Sleeper
    {
        private bool _asleep;
        private bool _disarmed;
        private bool _published;
        private bool _publishedSinceArmed;

        public void Armed(bool asleep)
        {
            _asleep = asleep;
            _disarmed = false;
            _publishedSinceArmed = false; // what was published before it has seen when it looked again
        }

        public void Disarmed()
        {
            _asleep = false;
            _disarmed = true;
        }

        public void Published()
        {
            _published = true;
            _publishedSinceArmed = true;
        }

        public void Asked(bool notify, bool eventIndex)
        {
            if (!_published)
                Assert.False(notify, "notified of nothing");
            else if (_asleep && _publishedSinceArmed)
                Assert.True(notify, "asleep, and not woken");
            else if (_disarmed && !eventIndex)
                Assert.False(notify, "notified though suppressed");

            // An event is passed once; a flag stays.
            if (_publishedSinceArmed && eventIndex)
                _asleep = false;
            _published = false;
            _publishedSinceArmed = false;
        }
    }
}
