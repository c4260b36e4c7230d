namespace Bridge.LoadTests;

/// <summary>The command line of a run.</summary>
/// <param name="Quick">Two minutes instead of twenty minutes.</param>
/// <param name="JsonFile">Where all figures go.</param>
internal sealed record LoadOptions(bool Quick, string JsonFile)
{
    public const string Usage = """
        usage: loadtests/run [--quick] [--json FILE]

        Measures floors and bridge in the same run, by turns, as real processes on this machine, and prints ratios.
          --quick      about two minutes instead of twenty minutes
          --json FILE  all figures, each run's; default: artifacts/loadtests/result.json

        The last line is `N of M targets met`. Exit codes: 0 all met, 1 a target missed, 2 the run is not valid, 64 wrong command line.
        """;

    /// <summary>Null: the command line is wrong, or help was asked for.</summary>
    public static LoadOptions? Parse(IReadOnlyList<string> arguments)
    {
        LoadOptions options = new(false, Path.Combine("artifacts", "loadtests", "result.json"));
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--quick")
                options = options with { Quick = true };
            else if (arguments[i] == "--json" && i + 1 < arguments.Count)
                options = options with { JsonFile = arguments[++i] };
            else
                return null;
        }

        return options;
    }
}
