using System.Diagnostics;
using Xunit.Sdk;

namespace Bridge.Virtio.Tests;

/// <summary>Rings whose memory is random, or changes while it is read: only typed faults come out, and never a segment outside the window.</summary>
[Collection(RaceTests.Name)]
public sealed class HostileMemoryTests
{
    [Fact]
    public void TryTake_RandomRing_OnlyTypedFaultsAndSegmentsInTheWindow()
    {
        int taken = 0;
        var faults = new HashSet<RingFault>();
        for (int seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            using var rig = new Rig(1 << random.Next(6), new RingOptions(EventIndex: random.Next(2) == 0, Indirect: random.Next(4) > 0, MaximumSegments: 1 + random.Next(12)));
            FillWithLikelyNonsense(rig, random);
            DeviceQueue device = rig.CreateDevice();
            var chain = new Chain();
            try
            {
                taken += Drain(rig, device, chain, faults);
            }
            catch (Exception error) when (error is not RingFaultException)
            {
                throw new XunitException($"seed {seed}: {error}", error);
            }
        }

        // The nonsense is likely enough to reach every check of a chain.
        Assert.True(taken > 1000, $"only {taken} chains were good");
        RingFault[] expected =
        [
            RingFault.OutsideWindow, RingFault.IndexJump, RingFault.HeadOutOfRange, RingFault.NextOutOfRange, RingFault.ChainTooLong,
            RingFault.ReadableAfterWritable, RingFault.NestedIndirect, RingFault.IndirectNotNegotiated, RingFault.IndirectWithNext,
            RingFault.IndirectLength, RingFault.HeadInUse, RingFault.SegmentTooLong, RingFault.ZeroLengthIndirect,
        ];
        Assert.Equal(expected, faults.Order());
    }

    [Fact]
    public void TryTakeUsed_RandomUsedRing_OnlyTypedFaultsAndOutstandingTokens()
    {
        int taken = 0;
        var faults = new HashSet<RingFault>();
        for (int seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            using var rig = new Rig(4);
            DriverQueue driver = rig.CreateDriver();
            var outstanding = new HashSet<int>();
            for (int i = 0; i < 1 + random.Next(4); i++)
            {
                Assert.True(driver.TryAdd([rig.Buffer(i)], [], i, out _));
                outstanding.Add(i);
            }

            random.NextBytes(rig.RingBytes);
            var device = new FakeDevice(rig);
            int published = random.Next(6);
            for (int i = 0; i < published; i++)
                device.Publish((uint)random.Next(random.Next(3) == 0 ? 6 : outstanding.Count), (uint)random.Next());
            device.UsedIndex = (ushort)published;
            try
            {
                while (driver.TryTakeUsed(out UsedElement used))
                {
                    Assert.True(outstanding.Remove(used.Token), $"seed {seed}: token {used.Token} was not outstanding");
                    taken++;
                }
            }
            catch (RingFaultException fault)
            {
                Assert.Null(fault.Head);
                faults.Add(fault.Fault);
            }

            Assert.Equal(outstanding.Count, driver.InFlight);
            Assert.Equal(4 - outstanding.Count, driver.FreeDescriptors);
        }

        Assert.True(taken > 1000, $"only {taken} used elements were good");
        Assert.Equal([RingFault.UsedIdOutOfRange, RingFault.UsedIdNotOutstanding, RingFault.UsedIndexJump], faults.Order());
    }

    /// <summary>
    /// A thread rewrites a descriptor between good and outside the window while it is taken. If it were fetched twice, once to check and once to use, a segment
    /// outside the window would come out sooner or later.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryTake_DescriptorTurnsBadMeanwhile_NeverUsesWhatItDidNotCheck(bool indirect)
    {
        int refused = TakeWhileScribbling(indirect, new Segment(ulong.MaxValue - 1, 0x7000_0000), 100_000, maximumRefused: 2000);
        Assert.True(refused > 0, "the scribbler never got in between");
    }

    /// <summary>The same between two good ones, which needs no exceptions and so gets far more tries: the total must be that of the segment.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryTake_LengthChangesMeanwhile_IsFetchedOnce(bool indirect) =>
        Assert.Equal(0, TakeWhileScribbling(indirect, new Segment(Rig.Base, 1), 300_000, maximumRefused: 0));

    private static int TakeWhileScribbling(bool indirect, Segment other, int times, int maximumRefused)
    {
        using var rig = new Rig(1, new RingOptions(Indirect: true));
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        ulong table = rig.Tables.Address;
        if (indirect)
            driver.Descriptor(0, table, 16, FakeDriver.Indirect);
        Segment good = rig.Buffer(0);
        Put(good);

        bool stop = false;
        var scribbler = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Put(good);
                Put(other);
            }
        })
        { Name = "scribbler" };
        scribbler.Start();

        int refused = 0;
        var chain = new Chain();
        try
        {
            // On a busy machine the scribbler may get its turn late: where it must be met once, it is waited for.
            long begin = Stopwatch.GetTimestamp();
            bool Unmet() => maximumRefused > 0 && refused == 0 && Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(20);
            for (int i = 0; (i < times || Unmet()) && refused <= maximumRefused; i++)
            {
                driver.Publish(0);
                try
                {
                    if (!device.TryTake(chain) || chain.Readable.Length != 1)
                        Assert.Fail("not one segment");
                    Segment segment = chain.Readable[0];
                    if (!rig.Window.Contains(segment.Address, segment.Length) || segment.Length != chain.ReadableLength)
                        Assert.Fail($"take {i}: {segment} came out, {chain.ReadableLength} bytes");
                }
                catch (RingFaultException fault)
                {
                    Assert.Equal(RingFault.OutsideWindow, fault.Fault);
                    refused++;
                }

                device.Push(0, 0);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            Assert.True(scribbler.Join(TimeSpan.FromSeconds(20)), "the scribbler did not end");
        }

        return refused;

        void Put(Segment segment)
        {
            if (indirect)
                driver.TableEntry(table, 0, segment);
            else
                driver.Descriptor(0, segment);
        }
    }

    private static int Drain(Rig rig, DeviceQueue device, Chain chain, HashSet<RingFault> faults)
    {
        int taken = 0;

        // Every turn takes a chain or ends; more than the ring holds cannot be available.
        for (int turn = 0; turn <= device.Size; turn++)
        {
            try
            {
                if (!device.TryTake(chain))
                    return taken;
                taken++;
                Assert.InRange(chain.Readable.Length + chain.Writable.Length, 1, rig.Options.MaximumSegments);
                foreach (Segment segment in chain.Readable)
                    Assert.True(rig.Window.TryGetSpan(segment.Address, segment.Length, out _));
                foreach (Segment segment in chain.Writable)
                    Assert.True(rig.Window.TryGetSpan(segment.Address, segment.Length, out _));
            }
            catch (RingFaultException fault)
            {
                faults.Add(fault.Fault);
                if (fault.Head is null)
                    return taken;
                device.Push(fault.Head.Value, 0);
            }
        }

        throw new XunitException("more chains than the ring has entries");
    }

    /// <summary>Descriptors and tables that are wrong in about one field of many, so that each check is reached.</summary>
    private static void FillWithLikelyNonsense(Rig rig, Random random)
    {
        var driver = new FakeDriver(rig);
        int size = rig.Layout.Size;
        int entries = size * Rig.TableEntries;
        for (int i = 0; i < size; i++)
        {
            (Segment segment, int flags, int next) = Nonsense(rig, random, size);
            if ((flags & FakeDriver.Indirect) != 0)
            {
                uint length = random.Next(4) switch { 0 => 0, 1 => (uint)random.Next(100), _ => 16u * (uint)random.Next(1, Rig.TableEntries + 1) };
                segment = new Segment(rig.Tables.Address + (16 * (ulong)random.Next(size)), length);
            }

            driver.Descriptor(i, segment, flags, next);
            driver.AvailableEntry(i, (ushort)random.Next(size + (random.Next(6) == 0 ? 2 : 0)));
        }

        for (int i = 0; i < entries; i++)
        {
            (Segment segment, int flags, int next) = Nonsense(rig, random, Rig.TableEntries);
            driver.TableEntry(rig.Tables.Address, i, segment, random.Next(4) > 0 ? flags & ~FakeDriver.Indirect : flags, next);
        }

        driver.AvailableIndex = (ushort)(random.Next(8) == 0 ? random.Next(65536) : random.Next(size + 1));
    }

    private static (Segment Segment, int Flags, int Next) Nonsense(Rig rig, Random random, int size)
    {
        Segment segment = random.Next(12) switch
        {
            0 => new Segment((ulong)random.NextInt64(), (uint)random.Next()),
            1 => rig.Buffer(0, (uint)random.NextInt64(1L << 32)),
            _ => rig.Buffer(random.Next(rig.Layout.Size)),
        };
        int flags = (random.Next(3) == 0 ? FakeDriver.Next : 0) | (random.Next(2) == 0 ? FakeDriver.Write : 0) | (random.Next(4) == 0 ? FakeDriver.Indirect : 0);
        return (segment, flags, random.Next(size + (random.Next(8) == 0 ? 2 : 0)));
    }
}
