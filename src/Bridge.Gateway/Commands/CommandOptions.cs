using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Configuration.Rules;

namespace Bridge.Gateway.Commands;

/// <summary>Options that several commands share, so that they are spelt and explained alike.</summary>
internal static class CommandOptions
{
    /// <summary>A day: what is longer is for ever.</summary>
    public const int MaximumSeconds = 86_400;

    /// <summary>The configuration file that a command cannot do without.</summary>
    public static Option<string> RequiredConfiguration() => new("--config", "-c")
    {
        Description = "The configuration file: JSON, comments allowed. Environment variables override it, for example RPMSG_BRIDGE_devices__rpmsg0__rpmsg__quota=32.",
        HelpName = "FILE",
        Required = true,
    };

    /// <summary>The configuration file from which a command learns where the gateway is.</summary>
    public static Option<string?> Configuration() => new("--config", "-c")
    {
        Description = "The gateway's configuration file, to learn where its sockets are.",
        HelpName = "FILE",
    };

    /// <summary>The admin API's socket.</summary>
    public static Option<string?> AdminSocket() => new("--admin-socket")
    {
        Description = "The gateway's admin socket. Default: the configuration's, else admin.sock in the default run directory.",
        HelpName = "PATH",
    };

    /// <summary>The directory of the application sockets.</summary>
    public static Option<string?> RunDirectory() => new("--run-directory")
    {
        Description = "The gateway's run directory. Default: the configuration's, else $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/rpmsg-bridge or /tmp/rpmsg-bridge-<uid>; where no gateway is there, the system service's /run/rpmsg-bridge.",
        HelpName = "DIRECTORY",
    };

    /// <summary>Output for programs.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON object on standard output and nothing else there.",
    };

    /// <summary>A whole number between two bounds.</summary>
    public static Option<int> Number(string name, string description, string unit, int standard, int minimum, int maximum)
    {
        WholeNumberRule rule = new(minimum, maximum);
        return new Option<int>(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                if (!rule.TryParse(result.Tokens[0].Value, out int value, out string problem))
                {
                    result.AddError($"{name} {result.Tokens[0].Value} {problem}; use {rule.Range}.");
                }

                return value;
            },
        };
    }

    /// <summary>A whole number between two bounds that may be left out after the option. Read it with <see cref="Given"/>.</summary>
    public static Option<int> OptionalNumber(string name, string description, string unit, int minimum, int maximum)
    {
        WholeNumberRule rule = new(minimum, maximum);
        return new Option<int>(name)
        {
            Description = description,
            HelpName = unit,
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result =>
            {
                if (result.Tokens.Count > 0 && !rule.TryParse(result.Tokens[0].Value, out int value, out string problem))
                    result.AddError($"{name} {result.Tokens[0].Value} {problem}; use {rule.Range}, or {name} without a number behind the arguments.");
                else
                    value = result.Tokens.Count > 0 ? int.Parse(result.Tokens[0].Value, CultureInfo.InvariantCulture) : default;
                return value;
            },
        };
    }

    /// <summary>What the user gave: null when the option was not there, <paramref name="withoutNumber"/> when no number followed it.</summary>
    public static int? Given(this ParseResult parsed, Option<int> option, int withoutNumber) => parsed.GetResult(option) switch
    {
        null or { Implicit: true } => null,
        { Tokens.Count: 0 } => withoutNumber,
        _ => parsed.GetValue(option),
    };

    /// <summary>Waiting for a socket. Read it with <see cref="Patience"/>.</summary>
    public static Option<int> WaitOption() => OptionalNumber(
        "--wait", "Wait until the device, channel or service exists and is free: so many seconds, without a number until ctrl-c.", "SECONDS", 0, MaximumSeconds);

    /// <summary>How long to wait: not at all without the option.</summary>
    public static TimeSpan Patience(this ParseResult parsed, Option<int> wait) => parsed.Given(wait, Timeout.Infinite) switch
    {
        null => TimeSpan.Zero,
        Timeout.Infinite => Timeout.InfiniteTimeSpan,
        int seconds => TimeSpan.FromSeconds(seconds),
    };

    /// <summary>One of an enumeration's members, in lower case. Read it with <see cref="Chosen{T}"/>.</summary>
    public static Option<string> Choice<T>(string name, string description, T standard)
        where T : struct, Enum
    {
        ChoiceRule<T> rule = new();
        Option<string> option = new(name)
        {
            Description = description,
            HelpName = string.Join('|', Enum.GetNames<T>()).ToLowerInvariant(),
            DefaultValueFactory = _ => standard.ToString().ToLowerInvariant(),
        };
        option.CompletionSources.Add([.. Enum.GetNames<T>().Select(static member => member.ToLowerInvariant())]);
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (!rule.TryParse(token.Value, out _, out string problem))
                {
                    result.AddError($"{name} {token.Value} {problem}; use {rule.Range}.");
                }
            }
        });
        return option;
    }

    /// <summary>The member that the user chose.</summary>
    public static T Chosen<T>(this ParseResult parsed, Option<string> option)
        where T : struct, Enum => Enum.Parse<T>(parsed.GetRequiredValue(option), ignoreCase: true);

    /// <summary>The places that the options mean.</summary>
    /// <exception cref="ConfigurationException">The configuration file named is wrong.</exception>
    public static GatewayPlaces FindPlaces(string? runDirectory, string? configuration)
    {
        if (configuration is null)
            return GatewayPlaces.Of(runDirectory ?? StandardPaths.Process.GatewayDirectory);
        GatewayConfiguration loaded = ConfigurationFile.Load(configuration);
        return new GatewayPlaces(runDirectory ?? loaded.RunDirectory, loaded.AdminSocket);
    }

    /// <summary>The admin socket that the options mean.</summary>
    /// <exception cref="ConfigurationException">The configuration file named is wrong.</exception>
    public static string FindAdminSocket(string? adminSocket, string? configuration) =>
        adminSocket ?? (configuration is null ? GatewayPlaces.Of(StandardPaths.Process.GatewayDirectory).AdminSocket : ConfigurationFile.Load(configuration).AdminSocket);
}
