using System.Buffers.Binary;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>Many applications with random messages, pauses and ends; what each sent is the oracle for what its peer got.</summary>
public sealed class RandomTrafficTests
{
    private const int Pairs = 12;

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Traffic_Random_ArrivesCompleteInOrderAndUnchanged(bool flow, bool smallRings)
    {
        int seed = Environment.TickCount;
        ServiceOptions[] services = [.. Enumerable.Range(0, Pairs).Select(i => new ServiceOptions($"s{i}"))];
        Rpmsg.RpmsgOptions rings = new(smallRings ? 8 : 256, smallRings ? 128 : 512);
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Rpmsg = rings, SendBufferSize = 8192 },
            device: o => o with { Rpmsg = rings, SendBufferSize = 4096, Flow = flow, Services = services });

        List<Task> work = [];
        for (int i = 0; i < Pairs; i++)
        {
            (Application client, Application server) = await loopback.OpenPair($"s{i}");
            work.Add(Exchange(client, server, new Random(seed + i), rings.MaximumPayload));
        }

        try
        {
            await Task.WhenAll(work);
        }
        catch (Exception failure)
        {
            Assert.Fail($"seed {seed}: {failure}");
        }

        SocketsCounters driver = (await loopback.DriverStatus()).Counters;
        SocketsCounters device = (await loopback.DeviceStatus()).Counters;
        Assert.Equal(0, driver.BadFlow + driver.FlowViolations + driver.Strangers + driver.Dropped + driver.Undeliverable + driver.Unsent);
        Assert.Equal(0, device.BadFlow + device.FlowViolations + device.Strangers + device.Dropped + device.Undeliverable + device.Unsent);
    }

    private static async Task Exchange(Application client, Application server, Random random, int maximum)
    {
        using (client)
        using (server)
        {
            int there = random.Next(1, 600);
            int back = random.Next(1, 600);
            // The server knows nobody before the client has been here.
            await client.Send(Message(0, 4, 0));
            await Expect(server, 0, 4, 0);
            await Task.WhenAll(
                Task.Run(() => Send(client, new Random(there), there, maximum)),
                Task.Run(() => Receive(server, new Random(there), there, maximum)),
                Task.Run(() => Send(server, new Random(back), back, maximum)),
                Task.Run(() => Receive(client, new Random(back), back, maximum)));
        }
    }

    private static async Task Send(Application application, Random random, int count, int maximum)
    {
        for (int i = 1; i <= count; i++)
        {
            await application.Send(Message(i, random.Next(4, maximum + 1), random.Next(256)));
        }
    }

    private static async Task Receive(Application application, Random random, int count, int maximum)
    {
        for (int i = 1; i <= count; i++)
        {
            await Expect(application, i, random.Next(4, maximum + 1), random.Next(256));
        }
    }

    private static byte[] Message(int number, int length, int filler)
    {
        byte[] message = new byte[length];
        message.AsSpan().Fill((byte)filler);
        BinaryPrimitives.WriteInt32LittleEndian(message, number);
        return message;
    }

    private static async Task Expect(Application application, int number, int length, int filler) =>
        Assert.Equal(Message(number, length, filler), await application.Receive());
}
