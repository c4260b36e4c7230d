using System.Globalization;
using Bridge.Link.Transports;
using Bridge.Link.Trust;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Engine;

/// <summary>One of the two processes of the engine: link, relays and rings of the bridge, and in the place of applications a port that fills and empties the rings itself.</summary>
internal static class EngineProgram
{
    public const string Role = "engine";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Arguments: driver or device, key file, peer's fingerprint, transport, port, then rings as ENTRIESxBUFFERSIZE. The driver side takes commands on standard input:
    /// <c>way RING LENGTH SECONDS</c> answers messages and seconds, <c>trip RING LENGTH COUNT</c> p50 and p99 in microseconds.
    /// </summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using GatewayIdentity identity = GatewayIdentity.Load(arguments[1]);
        using CancellationTokenSource limit = new(Patience);
        await using EngineLink link = new(
            arguments[0] == "driver", identity, arguments[2], Enum.Parse<TransportMode>(arguments[3]), int.Parse(arguments[4], CultureInfo.InvariantCulture), arguments.Skip(5));
        await link.StartAsync(limit.Token);
        ParentWatch.SayReady();
        await ObeyAsync(link.Devices);
        return 0;
    }

    private static async Task ObeyAsync(IReadOnlyDictionary<string, EngineDevice> devices)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            EngineDevice device = devices[words[1]];
            int length = int.Parse(words[2], CultureInfo.InvariantCulture);
            double amount = double.Parse(words[3], CultureInfo.InvariantCulture);
            string answer = words[0] == "way" ? await device.OneWayAsync(length, TimeSpan.FromSeconds(amount)) : await device.RoundTripsAsync(length, (int)amount);
            Console.WriteLine(answer);
        }
    }
}
