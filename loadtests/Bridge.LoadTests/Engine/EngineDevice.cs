using System.Globalization;
using Bridge.Gateway.Bench;
using Bridge.Relay;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging.Abstractions;
using static System.FormattableString;

namespace Bridge.LoadTests.Engine;

/// <summary>One device of the engine, at either side: port, relay and host.</summary>
internal sealed class EngineDevice
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public EngineDevice(string ring, bool drives)
    {
        Name = $"ring{ring}";
        int[] numbers = [.. ring.Split('x').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        RpmsgOptions options = new(numbers[0], numbers[1]);
        Driver = drives ? new EngineDriverPort(options, () => Host!.Turn.Run()) : null;
        Relay.Relay relay = Driver is not null
            ? new DriverRelay(Name, Driver, TimeProvider.System, NullLogger.Instance)
            : new DeviceRelay(Name, new EngineDevicePort(options, () => Host!.Turn.Run()), new PoolOptions(PlaceSize: options.BufferSize), TimeProvider.System, NullLogger.Instance);
        Host = new DeviceHost(relay, TimeProvider.System, NullLogger.Instance);
    }

    public string Name { get; }

    public DeviceHost Host { get; }

    /// <summary>Null at the device side.</summary>
    public EngineDriverPort? Driver { get; }

    /// <summary>Sends as fast as buffers come back. Messages and seconds, of the time when everything ran.</summary>
    public async Task<string> OneWayAsync(int length, TimeSpan duration)
    {
        EngineDriverPort port = Driver!;
        await Host.Ask(() => port.Begin(EngineWork.OneWay, length, 0));
        await Task.Delay(duration / 10, TimeProvider.System);
        (long Sent, long At) first = await Host.Ask(() => (port.Sent, TimeProvider.System.GetTimestamp()));
        await Task.Delay(duration, TimeProvider.System);
        (long Sent, long At) last = await Host.Ask(() => (port.Sent, TimeProvider.System.GetTimestamp()));
        await Host.Ask(() => port.Begin(EngineWork.None, 0, 0));
        return Invariant($"{last.Sent - first.Sent} {TimeProvider.System.GetElapsedTime(first.At, last.At).TotalSeconds}");
    }

    /// <summary>One message there and back at a time. p50 and p99 in microseconds.</summary>
    public async Task<string> RoundTripsAsync(int length, int count)
    {
        EngineDriverPort port = Driver!;
        Task<LatencyHistogram> done = await Host.Ask(() => port.Begin(EngineWork.RoundTrips, length, count));
        LatencyHistogram times = await done.WaitAsync(Patience);
        return Invariant($"{times.Percentile(50).TotalMicroseconds} {times.Percentile(99).TotalMicroseconds}");
    }
}
