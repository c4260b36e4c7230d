using System.Globalization;
using System.Net.Sockets;
using Bridge.Link.Transports.Quic;
using Bridge.LoadTests.Measuring;
using Bridge.LoadTests.Processes;
using Bridge.LoadTests.Results;
using static System.FormattableString;

namespace Bridge.LoadTests;

/// <summary>One run from beginning to end.</summary>
internal static class LoadTestRun
{
    // A TLS that is slower than that, against TCP, is not TLS at work: the machine is.
    private const double LeastTlsOverTcp = 0.25;

    /// <summary>Exit code: 0 all targets met, 1 one missed, 2 not valid, 64 wrong command line.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (LoadOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(LoadOptions.Usage);
            return arguments.Contains("--help") ? 0 : 64;
        }

        LoadPlan plan = options.Quick ? LoadPlan.Quick : LoadPlan.Full;
        using CancellationTokenSource limit = new(plan.Limit, TimeProvider.System);
        string machine = Machine();
        Console.WriteLine(machine);
        if (QuicSupport.WhyNot is { } whyNot)
            Console.WriteLine($"{whyNot} Rows about it are left out.");
        Figures figures = new();
        try
        {
            await MeasureAsync(plan, figures, limit.Token);
        }
        catch (Exception invalid) when (invalid is InvalidRunException or OperationCanceledException or SocketException or IOException)
        {
            ResultTable.WriteFigures(Console.Out, figures);
            Console.WriteLine(invalid is OperationCanceledException ? $"invalid run: it was not over within {plan.Limit.TotalMinutes} minutes" : $"invalid run: {invalid.Message}");
            return 2;
        }

        IReadOnlyList<Target> targets = new Targets(figures, plan.Rings).Evaluate();
        ResultTable.WriteFigures(Console.Out, figures);
        ResultFile.Write(options.JsonFile, options.Quick, machine, figures, targets);
        string? why = WhyInvalid(figures);
        if (why is not null)
            Console.WriteLine($"\ninvalid run: {why}");
        bool allMet = ResultTable.WriteTargets(Console.Out, targets);
        return why is not null ? 2 : allMet ? 0 : 1;
    }

    private static async Task MeasureAsync(LoadPlan plan, Figures figures, CancellationToken cancellation)
    {
        long begin = TimeProvider.System.GetTimestamp();
        void Progress(string what) => Console.Error.WriteLine(Invariant($"{TimeProvider.System.GetElapsedTime(begin).TotalSeconds,5:F0} s  {what}"));
        using RunPlace place = new();
        await using (RigSet rigs = new(place, plan))
        {
            Progress("starting");
            await rigs.StartAsync(cancellation);
            await new Measurements(rigs, plan, figures, Progress).RunAsync(cancellation);
        }

        Progress("idle cost");
        await IdleMeasurement.RunAsync(place, plan, figures, cancellation);
        Progress("done");
    }

    /// <summary>Why the floors are not to be believed; null: they are. TLS and TCP of the same round are held against each other, and the median of that counts.</summary>
    private static string? WhyInvalid(Figures figures)
    {
        IReadOnlyList<double> tcp = Rates("plain"), tls = Rates("tcp");
        double ratio = Figures.Median([.. tls.Zip(tcp, static (encrypted, plain) => encrypted / plain)]);
        return ratio < LeastTlsOverTcp ? Invariant($"TLS carried {ratio:F2} of what TCP carried, less than {LeastTlsOverTcp}: the machine has other work to do") : null;

        IReadOnlyList<double> Rates(string transport) =>
            figures.All.First(entry => entry.Figure == new Figure("rate", new RigName("raw", transport, 0, "-"), 496)).Values;
    }

    private static string Machine()
    {
        string processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors, {processor}, load average before the run {load}, .NET {Environment.Version}");
    }
}
