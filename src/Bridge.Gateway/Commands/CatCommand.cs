using System.CommandLine;
using System.Net.Sockets;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Configuration;
using Bridge.Linux;

namespace Bridge.Gateway.Commands;

/// <summary><c>cat</c>: standard input to a channel or service, and what comes from there to standard output.</summary>
internal sealed class CatCommand : DetailedCommand
{
    private const int WholeMessages = 0;

    private readonly Argument<string> _device = new("DEVICE") { Description = "The device, as the configuration names it." };
    private readonly Argument<string> _name = new("NAME") { Description = "A channel that the other side announced; with --service, a service to offer here." };
    private readonly Option<bool> _service = new("--service") { Description = "Offer the service NAME instead of opening the channel NAME." };

    private readonly Option<int> _chunk = CommandOptions.OptionalNumber(
        "--chunk", "Cut standard input into messages of so many bytes, without a number of as many as fit, and write received messages as they are.", "BYTES", 1, ApplicationSocket.MaximumMessage);

    private readonly Option<bool> _raw = new("--raw") { Description = "Lines keep their newline as messages, and received messages are written without one." };
    private readonly Option<bool> _sendOnly = new("--send-only", "-u") { Description = "Do not wait for answers: end when everything is sent." };
    private readonly Option<bool> _receiveOnly = new("--receive-only") { Description = "Do not read standard input." };

    private readonly Option<int> _linger = CommandOptions.OptionalNumber(
        "--linger", "After the end of standard input: end when nothing has come for so long, without a number only when the other side closes. Default: 1.", "SECONDS", 0, CommandOptions.MaximumSeconds);

    private readonly Option<int> _wait = CommandOptions.WaitOption();
    private readonly Option<string?> _runDirectory = CommandOptions.RunDirectory();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    public CatCommand()
        : base(
            "cat",
            "Copies standard input to a channel or service and what comes from there to standard output.",
            """
            Every line is a message, without its newline; every received message is written as a line. A file is copied byte
            by byte with --chunk, here from one side to the other:
              rpmsg-bridge cat DEVICE NAME --service --chunk > COPY          (this side ends when the other one does)
              rpmsg-bridge cat DEVICE NAME --chunk --wait < FILE
            rpmsg cannot say "that was all" and go on listening: after the end of standard input cat waits until the gateway
            has taken every message, then for answers, and ends when none has come for a second (--linger). If standard
            input was empty, it only receives until the other side closes.
            Exit code 0: everything was handed over and written out, or ctrl-c. 1: not so, and standard error says what.
            """)
    {
        Add(_device);
        Add(_name);
        foreach (Option option in new Option[] { _service, _chunk, _raw, _sendOnly, _receiveOnly, _linger, _wait, _runDirectory, _configuration })
            Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_sendOnly) && result.GetValue(_receiveOnly))
                result.AddError("--send-only and --receive-only exclude each other; leave both out to send and receive.");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        GatewayPlaces places = CommandOptions.FindPlaces(parsed.GetValue(_runDirectory), parsed.GetValue(_configuration));
        string device = parsed.GetRequiredValue(_device), name = parsed.GetRequiredValue(_name);
        SocketTarget target = parsed.GetValue(_service) ? SocketTarget.Service(places, device, name) : SocketTarget.Channel(places, device, name);
        TextWriter errors = parsed.InvocationConfiguration.Error;
        try
        {
            using Socket socket = await new SocketConnector(target, parsed.Patience(_wait), errors, TimeProvider.System).ConnectAsync(cancellation);
            CatOptions options = ReadOptions(parsed, device, await MessageLimit.FindAsync(places, device, cancellation));
            await using Stream input = Console.OpenStandardInput();
            await using StandardOutputStream output = new();
            var cat = new CatApplication(socket, parsed.GetValue(_receiveOnly) ? null : new InputMessages(input, options), output, options, TimeProvider.System);
            string? failure = await cat.RunAsync(cancellation);
            if (cat.Discarded > 0)
                await errors.WriteLineAsync($"rpmsg-bridge: {cat.Discarded} messages that came were not written, because of --send-only");
            return failure is null ? (int)ExitCode.Ok : throw new CommandFailedException(ExitCode.Failure, $"{device}/{name}: {failure}.");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (int)ExitCode.Ok;
        }
    }

    private CatOptions ReadOptions(ParseResult parsed, string device, int? maximum)
    {
        int? chunk = parsed.Given(_chunk, WholeMessages);
        if (chunk == WholeMessages && maximum is null)
            throw new CommandFailedException(ExitCode.Failure, "the gateway does not say how long a message may be: write a number after --chunk, 496 for buffers of 512 bytes, or name the gateway's configuration with --config.");
        if (chunk > maximum)
            throw MessageLimit.Exceeded($"--chunk {chunk}", "--chunk", chunk.Value, device, maximum.Value);
        return new CatOptions
        {
            MaximumMessage = maximum ?? ApplicationSocket.MaximumMessage,
            Chunk = chunk == WholeMessages ? maximum : chunk,
            Raw = parsed.GetValue(_raw),
            Receives = !parsed.GetValue(_sendOnly),
            NeedsWholeInput = Console.IsInputRedirected,
            Linger = parsed.Given(_linger, Timeout.Infinite) switch
            {
                null => new CatOptions().Linger,
                Timeout.Infinite => Timeout.InfiniteTimeSpan,
                int seconds => TimeSpan.FromSeconds(seconds),
            },
        };
    }
}
