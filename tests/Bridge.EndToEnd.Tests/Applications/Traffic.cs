using System.Globalization;
using Bridge.EndToEnd.Tests.Gateways;

namespace Bridge.EndToEnd.Tests.Applications;

/// <summary>Applications on several channels of a pair of gateways, talking in both directions until told to stop.</summary>
internal sealed class Traffic : IDisposable
{
    private readonly List<Application> _applications = [];
    private readonly List<NumberedFlow> _flows = [];
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _seed;
    private Task _running = Task.CompletedTask;

    private Traffic(int seed) => _seed = $"Seed {seed.ToString(CultureInfo.InvariantCulture)}.";

    /// <summary>Messages that arrived.</summary>
    public long Received => _flows.Sum(flow => flow.Received);

    /// <summary>Opens a channel for each service and begins to talk.</summary>
    public static async Task<Traffic> StartAsync(GatewayPair pair, IEnumerable<(string Device, bool Crossed)> devices, IReadOnlyList<string> services, int seed, int perTick = 4)
    {
        Traffic traffic = new(seed);
        foreach ((string device, bool crossed) in devices)
        {
            foreach (string service in services)
            {
                (Application offering, Application opening) = await pair.TalkAsync(service, device, crossed);
                traffic._applications.AddRange([offering, opening]);
                traffic._flows.Add(new NumberedFlow($"{device}/{service} to the service", opening, offering, seed + traffic._flows.Count));
                traffic._flows.Add(new NumberedFlow($"{device}/{service} from the service", offering, opening, seed + traffic._flows.Count));
            }
        }

        traffic._running = Task.WhenAll(traffic._flows.SelectMany(flow => new[] { flow.SendAsync(perTick, traffic._stop.Task), flow.ReceiveAsync() }));
        return traffic;
    }

    /// <summary>Waits until the condition holds while everybody talks; fails as soon as anybody notices anything.</summary>
    public Task WhileAsync(Func<Task<bool>> condition, string what, Func<string> otherwise, TimeSpan limit) => Bounds.UntilAsync(
        async () =>
        {
            if (_running.IsFaulted)
                await _running;
            return await condition();
        },
        what,
        () => $"{Describe()}\n{otherwise()}",
        limit);

    /// <summary>How far each flow is, and the seed.</summary>
    public string Describe() => $"{_seed} {string.Join(", ", _flows)}";

    /// <summary>Waits until that many more messages have arrived.</summary>
    public Task UntilReceivedAsync(long more, GatewayPair pair)
    {
        long target = Received + more;
        return WhileAsync(() => Task.FromResult(Received >= target), $"{more} more messages", pair.Describe, Bounds.Limit);
    }

    /// <summary>Stops talking, waits for what is under way, and checks that nothing was lost, repeated or reordered.</summary>
    public async Task StopAsync(GatewayPair pair)
    {
        _stop.TrySetResult();
        try
        {
            await _running.Bounded();
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Messages are missing. {Describe()}\n{pair.Describe()}");
        }

        foreach (NumberedFlow flow in _flows)
            flow.Verify(_seed);
    }

    public void Dispose()
    {
        _stop.TrySetResult();
        foreach (Application application in _applications)
            application.Dispose();
    }
}
