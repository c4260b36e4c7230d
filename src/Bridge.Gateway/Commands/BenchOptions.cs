using System.CommandLine;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Bench;

namespace Bridge.Gateway.Commands;

/// <summary>The options of <c>bench</c> that make a scenario, and the scenario that they make.</summary>
internal sealed class BenchOptions
{
    // A remote processor's number stands for the device of that number.
    private const string NumberedDevice = "rpmsg";

    private readonly Argument<string?> _device = new("DEVICE") { Description = "The device, as the configuration names it. Not with -r.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string[]> _channels = new("CHANNEL") { Description = "Channels that the other side announced; messages go to them in turn. None: the only one that there is.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<int?> _processor = new("-r") { Description = "As of rpmsg_char_benchmark, the remote processor's number: here the device rpmsgN.", HelpName = "N" };
    private readonly Option<long?> _count = new("-n", "--count") { Description = "Messages to send, one at a time unless --load says otherwise. Default without --load: 100.", HelpName = "N" };
    private readonly Option<int?> _length = new("-m", "--length") { Description = "Bytes of each message. Default: 100; buffers of 512 bytes take up to 496.", HelpName = "BYTES" };
    private readonly Option<string[]> _load = new("--load") { Description = "A load simulation; several are played one after the other.", HelpName = "PHASE" };
    private readonly Option<double?> _warmUp = new("--warm-up") { Description = "Seconds of the first load before anything is counted. Default: 0.", HelpName = "SECONDS" };
    private readonly Option<int?> _timeout = new("--timeout") { Description = "How long an echo is awaited, in milliseconds. Default: 1000.", HelpName = "MS" };
    private readonly Option<bool> _verify = new("--verify") { Description = "Compare every byte that comes back." };
    private readonly Option<string[]> _thresholds = new("--threshold") { Description = "A condition that fails the run; several are possible.", HelpName = "CONDITION" };
    private readonly Option<string?> _scenario = new("--scenario") { Description = "A JSON file with any of this; options come before it.", HelpName = "FILE" };

    /// <summary>Adds all of them.</summary>
    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_channels);
        foreach (Option option in new Option[] { _processor, _count, _length, _load, _warmUp, _timeout, _verify, _thresholds, _scenario })
            command.Add(option);
    }

    /// <summary>The scenario of a command line; its channels may still have to be found.</summary>
    /// <exception cref="CommandFailedException">Something is not what it should be.</exception>
    public async Task<BenchScenario> ReadAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ScenarioFile file = parsed.GetValue(_scenario) is { } path ? await ScenarioFile.ReadAsync(path, cancellation) : new ScenarioFile();
        string[] named = [.. new[] { parsed.GetValue(_device) }.OfType<string>(), .. parsed.GetValue(_channels) ?? []];
        string? device = parsed.GetValue(_processor) is { } processor ? $"{NumberedDevice}{InRange(processor, 0, int.MaxValue, "-r")}" : named.FirstOrDefault() ?? file.Device;
        string[] channels = parsed.GetValue(_processor) is null ? [.. named.Skip(1)] : named;
        string[] load = parsed.GetValue(_load) is { Length: > 0 } given ? given : [.. file.Load ?? []];
        string[] thresholds = parsed.GetValue(_thresholds) is { Length: > 0 } conditions ? conditions : [.. file.Thresholds ?? []];
        long? count = parsed.GetValue(_count) ?? file.Count ?? (load.Length == 0 ? BenchScenario.StandardCount : null);
        LoadPhase[] phases = load.Length == 0 ? [new LoadPhase(LoadKind.Keep, 1, 1, null)] : [.. load.Select(Phase)];
        if (count is null && phases.Any(static phase => phase.Duration is null))
            throw Wrong("--load without `for TIME` needs a number of messages (-n).");
        if (phases.SkipLast(1).Any(static phase => phase.Duration is null))
            throw Wrong("only the last --load can be without `for TIME`.");
        return new BenchScenario
        {
            Name = file.Name ?? (parsed.GetValue(_scenario) is { } source ? Path.GetFileNameWithoutExtension(source) : "bench"),
            Device = device ?? throw Wrong("name the device, or give its number with -r."),
            Channels = channels.Length > 0 ? channels : file.Channels ?? [],
            Length = (int)InRange(parsed.GetValue(_length) ?? file.Length ?? BenchScenario.StandardLength, 1, ApplicationSocket.MaximumMessage, "-m"),
            Load = phases,
            Count = count is { } limit ? InRange(limit, 1, long.MaxValue, "-n") : null,
            WarmUp = Time(parsed.GetValue(_warmUp) ?? file.WarmUpSeconds ?? 0, 1, "--warm-up"),
            Timeout = Time(parsed.GetValue(_timeout) ?? file.TimeoutMilliseconds ?? 1000, 1e-3, "--timeout"),
            Verify = parsed.GetValue(_verify) || file.Verify == true,
            Thresholds = [.. thresholds.Select(Condition)],
        };
    }

    private static LoadPhase Phase(string text) => LoadText.TryParse(text, out LoadPhase? phase, out string problem) ? phase! : throw Wrong($"--load {problem}.");

    private static Threshold Condition(string text) => Threshold.TryParse(text, out Threshold? threshold) ? threshold! : throw Wrong($"--threshold '{text}' is no condition; use {Threshold.Grammar}.");

    private static TimeSpan Time(double amount, double secondsEach, string option) =>
        amount >= 0 && amount * secondsEach <= CommandOptions.MaximumSeconds ? TimeSpan.FromSeconds(amount * secondsEach) : throw Wrong($"{option} {amount} is not between 0 and a day.");

    private static long InRange(long value, long least, long most, string option) => value >= least && value <= most ? value : throw Wrong($"{option} {value} is not {least}..{most}.");

    private static CommandFailedException Wrong(string what) => new(ExitCode.Usage, $"{what} See `rpmsg-bridge bench --help`.");
}
