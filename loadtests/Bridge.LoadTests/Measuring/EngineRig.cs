using System.Globalization;
using Bridge.LoadTests.Processes;
using static System.FormattableString;

namespace Bridge.LoadTests.Measuring;

/// <summary>A device of the engine's processes, measured by the driver's process itself.</summary>
internal sealed class EngineRig(RigName name, ChildProcess driver, string device, int maximumMessage) : Rig(name, maximumMessage)
{
    public override async Task<(double P50, double P99)> RoundTripsAsync(int length, int count, CancellationToken cancellation)
    {
        double[] numbers = await AskAsync($"trip {device} {length} {count}", cancellation);
        return (numbers[0], numbers[1]);
    }

    public override async Task<double> RateAsync(int length, TimeSpan duration, CancellationToken cancellation)
    {
        double[] numbers = await AskAsync(Invariant($"way {device} {length} {duration.TotalSeconds}"), cancellation);
        return numbers[0] / numbers[1];
    }

    private async Task<double[]> AskAsync(string command, CancellationToken cancellation) =>
        [.. (await driver.AskAsync(command, cancellation)).Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
}
