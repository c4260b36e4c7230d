using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>Applications that storm a gateway's sockets: errors to them, bounded memory, nothing left behind, and nothing to others, who talk all the time.</summary>
[Trait("Category", "Hostile")]
public sealed class StormTests(ITestOutputHelper output)
{
    // What the gateway allows: README, The sockets.
    private const int MaximumCreated = 256, MaximumControl = 16, MaximumSilent = 256;

    private const int MaximumStorms = 100, LeastTraffic = 100;

    private const string TooMuch = "error EAGAIN ", TooLate = "error ETIMEDOUT ";

    private readonly IPEndPoint _tcp = Loopback.Next();

    [Fact]
    public Task Control_ThousandsOfRequestsAndConnections_AreAnsweredOrRefused() => StormAsync("control requests", (pair, times) =>
    {
        string path = pair.B.Socket("rpmsg0", "control");
        using Socket control = Admitted(path);
        string[] requests =
        [
            """{"request":"list"}""", """{"request":"flow","socket":"services/echo"}""", """{"request":"flow","socket":"services/none"}""", """{"request":"dance"}""",
            """{"request":"create","service":"echo"}""", "{", "", new string('[', 4096), "\u0000\uFFFF", $$"""{"request":"{{new string('x', 4000)}}"}""", new string('"', 100_000),
        ];
        for (int i = 0; i < 500 * times; i++)
        {
            string request = requests[i % requests.Length];
            // An empty packet cannot be told from the end, which ends the connection: not here.
            if (request.Length > 0)
                Assert.StartsWith("{\"ok\":", RawSocket.Ask(control, request), StringComparison.Ordinal);
        }

        for (int i = 0; i < 300 * times; i++)
        {
            using Socket visitor = RawSocket.Connect(path, SocketType.Seqpacket);
            // Gone before the answer; refused ones have been closed already.
            Send(visitor, "{\"request\":\"list\"}"u8);
        }

        // The visitors are gone when there is room again.
        List<Socket> crowd = [];
        while (crowd.Count < MaximumControl - 1)
            crowd.Add(Admitted(path));

        using (Socket beyond = RawSocket.Connect(path, SocketType.Seqpacket))
        {
            byte[] reply = new byte[65536];
            Assert.Contains("EAGAIN", Encoding.UTF8.GetString(reply, 0, beyond.Receive(reply)), StringComparison.Ordinal);
        }

        crowd.ForEach(static one => one.Dispose());
    });

    [Fact]
    public Task Names_ThousandsCreatedAndDestroyed_AreAnnouncedAndForgotten() => StormAsync("names", (pair, times) =>
    {
        using Socket control = RawSocket.Connect(pair.B.Socket("rpmsg0", "control"), SocketType.Seqpacket);
        for (int round = 0; round < times; round++)
        {
            string[] names = [.. Enumerable.Range(0, MaximumCreated).Select(i => $"%{round}-{i}-{new string('n', 20)}")];
            string[] sockets = new string[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                string reply = RawSocket.Ask(control, $$"""{"request":"create","service":"{{names[i]}}","permanent":true}""");
                Assert.StartsWith("{\"ok\":true", reply, StringComparison.Ordinal);
                sockets[i] = System.Text.Json.JsonDocument.Parse(reply).RootElement.GetProperty("socket").GetString()!;
            }

            Assert.Contains("ENOSPC", RawSocket.Ask(control, """{"request":"create","service":"beyond"}"""), StringComparison.Ordinal);
            foreach (string socket in sockets)
                Assert.StartsWith("{\"ok\":true", RawSocket.Ask(control, $$"""{"request":"destroy","socket":"{{socket}}"}"""), StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task Streams_SilentOnes_AreBoundedAndEndAfterAWhile() => StormAsync("silent streams", (pair, times) =>
    {
        List<Socket> silent = [];
        for (int i = 0; i < 30 * times; i++)
            silent.Add(i % 2 == 0 ? RawSocket.Connect(_tcp) : RawSocket.Connect(pair.B.Socket("rpmsg0", "stream"), SocketType.Stream));

        string[] answers = [.. silent.Select(RawSocket.ReadLine)];

        silent.ForEach(static one => one.Dispose());
        Assert.All(answers, answer => Assert.True(
            answer.StartsWith(TooMuch, StringComparison.Ordinal) || answer.StartsWith(TooLate, StringComparison.Ordinal), answer));
        // Fewer only if the first ones' time was over before the last ones came.
        int beyond = Math.Max(0, silent.Count - MaximumSilent);
        Assert.InRange(answers.Count(static answer => answer.StartsWith(TooMuch, StringComparison.Ordinal)), Math.Min(1, beyond), beyond);
    });

    [Fact]
    public Task Streams_HalfALengthThenSilence_HoldUpNobody() => StormAsync("half lengths", (pair, times) =>
    {
        for (int i = 0; i < 20 * times; i++)
        {
            using Socket next = OpenWhenFree(pair.B.Socket("rpmsg0", "stream"));
            next.Send([3]);
        }
    });

    [Fact]
    public async Task Streams_LengthOf65535_EndsThemOneByOne()
    {
        long ended = 0;
        await StormAsync("lengths of 65535", (pair, times) =>
        {
            byte[] junk = new byte[100_000];
            Array.Fill(junk, (byte)0xFF);
            for (int i = 0; i < 5 * times; i++)
            {
                using (Socket service = OpenWhenFree(pair.B.Socket("rpmsg0", "stream")))
                {
                    // It is read only while there is somebody to whom it could be sent.
                    Await(() => File.Exists(pair.A.Channel("rpmsg0", "other")), "the announcement");
                    using Socket client = RawSocket.Open(pair.A.Socket("rpmsg0", "stream"), "channels/other");
                    Send(client, junk);
                    RawSocket.ReadToEnd(client);
                    RawSocket.ReadToEnd(service);
                    ended++;
                }

                Await(
                    () => !File.Exists(pair.A.Channel("rpmsg0", "other")) && !Files(pair.A, "endpoints").Any(static file => file.StartsWith("other.", StringComparison.Ordinal)),
                    "the withdrawal");
            }
        },
        async pair => Assert.Equal(ended, await pair.A.CounterAsync("rpmsg0", "port.tooLong")));
    }

    [Fact]
    public Task Json_OfAMegabyte_IsRefusedInPacketsAndAsALine() => StormAsync("megabytes of JSON", (pair, times) =>
    {
        string json = $$"""{"request":"create","service":"{{new string('x', 1 << 20)}}"}""";
        for (int i = 0; i < times; i++)
        {
            using Socket control = RawSocket.Connect(pair.B.Socket("rpmsg0", "control"), SocketType.Seqpacket);
            for (int at = 0; at < json.Length; at += 4096)
                Assert.Contains("EINVAL", RawSocket.Ask(control, json.Substring(at, Math.Min(4096, json.Length - at))), StringComparison.Ordinal);
            Assert.Contains("EMSGSIZE", RawSocket.Ask(control, json[..100_000]), StringComparison.Ordinal);

            using Socket stream = RawSocket.Connect(pair.B.Socket("rpmsg0", "stream"), SocketType.Stream);
            Send(stream, Encoding.UTF8.GetBytes(json));
            Assert.StartsWith("error EINVAL", RawSocket.ReadLine(stream), StringComparison.Ordinal);
        }
    });

    /// <summary>Does a storm once to warm up and ten times as strong while the footprints are watched and others talk.</summary>
    private async Task StormAsync(string name, Action<GatewayPair, int> storm, Func<GatewayPair, Task>? afterwards = null)
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
        {
            Services = ["echo", "half", "other"],
            Devise = (_, b) => b["rpmsg0"]!["tcp"] = _tcp.ToString(),
        });
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], ["echo"], Environment.TickCount);
        await traffic.UntilReceivedAsync(1000, pair);
        // All the time somebody has sent half a length and is silent.
        using Socket half = await Task.Run(() => RawSocket.Open(pair.B.Socket("rpmsg0", "stream"), "services/half")).Bounded();
        using Application other = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "half"));
        half.Send([3]);
        await BlockingAsync(() => storm(pair, 1)).Bounded();
        await AloneAsync(pair);
        Footprint a = new(pair.A, output), b = new(pair.B, output);
        long before = traffic.Received, during = 0;

        // A storm may be over before the others' next message is due.
        int storms = 0;
        for (; storms < MaximumStorms && during < LeastTraffic; storms++)
        {
            await BlockingAsync(() => storm(pair, 10)).Bounded();
            during = traffic.Received - before;
        }

        output.WriteLine($"{during} messages of others arrived during {storms} storms");
        Assert.True(during >= LeastTraffic, $"Others got only {during} messages through during {storms} storms. {traffic.Describe()}\n{pair.Describe()}");
        await AloneAsync(pair);
        await a.AssertKeptAsync(name);
        await b.AssertKeptAsync(name);
        if (afterwards is not null)
            await afterwards(pair);
        await traffic.UntilReceivedAsync(1000, pair);
        await traffic.StopAsync(pair);
    }

    /// <summary>On a thread of its own: a storm blocks all the time, and the pool's threads, two of them, are those of the others' applications.</summary>
    private static Task BlockingAsync(Action storm) => Task.Factory.StartNew(storm, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Everything of the storm has gone from both gateways: what is there before it is there again.</summary>
    private static Task AloneAsync(GatewayPair pair) => Bounds.UntilAsync(
        () => Files(pair.B, "services") is ["other"] && Files(pair.A, "endpoints").Length == 2 && Files(pair.A, "channels").Length == 0,
        "the storm's end",
        pair.Describe);

    private static string[] Files(TestGateway gateway, string directory) => [.. Directory.GetFiles(gateway.Socket("rpmsg0", directory)).Select(static file => Path.GetFileName(file))];

    /// <summary>Sends what it can: the gateway may have ended the connection already.</summary>
    /// <summary>A control connection that is answered: those before it may have been closed here and not be noticed there yet.</summary>
    private static Socket Admitted(string path)
    {
        Socket? admitted = null;
        Await(
            () =>
            {
                Socket one = RawSocket.Connect(path, SocketType.Seqpacket);
                Send(one, "{\"request\":\"list\"}"u8);
                byte[] reply = new byte[65536];
                int length = one.Receive(reply);
                if (Encoding.UTF8.GetString(reply, 0, length).StartsWith("{\"ok\":true", StringComparison.Ordinal))
                    admitted = one;
                else
                    one.Dispose();
                return admitted is not null;
            },
            "a place for a control connection");
        return admitted!;
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> bytes) => socket.Send(bytes, SocketFlags.None, out _);

    /// <summary>Opens the other service as soon as the connection before has been noticed to be gone.</summary>
    private static Socket OpenWhenFree(string stream)
    {
        Socket? opened = null;
        Await(
            () =>
            {
                Socket socket = RawSocket.Connect(stream, SocketType.Stream);
                socket.Send("services/other\n"u8);
                string answer = RawSocket.ReadLine(socket);
                if (answer.StartsWith("ok ", StringComparison.Ordinal))
                {
                    opened = socket;
                    return true;
                }

                socket.Dispose();
                Assert.StartsWith("error EBUSY", answer, StringComparison.Ordinal);
                return false;
            },
            "services/other to be free");
        return opened!;
    }

    private static void Await(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, Bounds.Limit), $"waited in vain for {what}");
}
