using System.Security.Cryptography;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

public sealed class EchoTests
{
    private static readonly Func<SocketsOptions, SocketsOptions> s_echo = o => o with { Services = [new ServiceOptions("echo")] };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_ThroughChannelAndBack_ComesBackUnchanged(bool flow)
    {
        await using Loopback loopback = await Loopback.Start(device: o => s_echo(o) with { Flow = flow });
        (Application client, Application server) = await loopback.OpenPair("echo");
        using (client)
        using (server)
        {
            byte[] file = RandomNumberGenerator.GetBytes(1_000_003);
            Task echo = Echo(server);
            Task sending = Task.Run(async () =>
            {
                for (int at = 0; at < file.Length; at += 496)
                {
                    await client.Send(file.AsMemory(at, Math.Min(496, file.Length - at)));
                }
            });
            byte[] back = new byte[file.Length];
            for (int at = 0; at < back.Length;)
            {
                byte[] packet = await client.Receive();
                packet.CopyTo(back, at);
                at += packet.Length;
            }

            await sending;
            Assert.Equal(Convert.ToHexString(SHA256.HashData(file)), Convert.ToHexString(SHA256.HashData(back)));
            client.Dispose();
            if (flow)
            {
                await echo.WaitAsync(Patience.Time);
            }
        }
    }

    [Fact]
    public async Task Message_OfferedByTheVirtioSide_ArrivesToo()
    {
        await using Loopback loopback = await Loopback.Start(driver: s_echo);
        using Application server = await loopback.Open("v/services/echo");
        using Application client = await loopback.Open("d/channels/echo");

        await client.Send(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], await server.Receive());
        await server.Send(new byte[] { 4 });
        Assert.Equal([4], await client.Receive());
    }

    [Fact]
    public async Task Message_LargestPossible_TravelsBothWays()
    {
        Rpmsg.RpmsgOptions rings = new(8, Rpmsg.RpmsgOptions.MaximumBufferSize);
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Rpmsg = rings, SendBufferSize = 4096 },
            device: o => s_echo(o) with { Rpmsg = rings, SendBufferSize = 4096 });
        (Application client, Application server) = await loopback.OpenPair("echo");
        using (client)
        using (server)
        {
            byte[] message = RandomNumberGenerator.GetBytes(ushort.MaxValue);
            await client.Send(message);
            Assert.Equal(message, await server.Receive());
            await server.Send(message);
            Assert.Equal(message, await client.Receive());
        }
    }

    private static async Task Echo(Application server)
    {
        while (await server.Receive() is { Length: > 0 } packet)
        {
            await server.Send(packet);
        }
    }
}
