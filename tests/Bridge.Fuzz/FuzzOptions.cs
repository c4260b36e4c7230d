using System.Globalization;

namespace Bridge.Fuzz;

/// <summary>The command line.</summary>
/// <param name="Targets">What to run, in this order.</param>
/// <param name="PerTarget">How long each at most.</param>
/// <param name="Executions">How many inputs each at most.</param>
/// <param name="Seed">The first number.</param>
/// <param name="Replay">One session to repeat, instead of all that.</param>
internal sealed record FuzzOptions(IReadOnlyList<FuzzTarget> Targets, TimeSpan PerTarget, long Executions, ulong Seed, Lineage? Replay)
{
    /// <summary>How the program is called.</summary>
    public const string Usage = """
        usage: tests/fuzz [--quick] [--seconds N] [--executions N] [--target NAME] [--seed SEED]
          --quick        all targets, 60 seconds in all; the default
          --seconds N    so long for each target
          --executions N so many inputs for each target, however long that takes
          --target NAME  only this one
          --seed SEED    a number: begin there; SEED:INPUTS,...: repeat that session of the target, as printed with a find
        exit code: 0 nothing found, 1 something was found, 64 wrong command line
        """;

    private const double QuickSeconds = 60;

    /// <summary>Reads the command line; false and a sentence if it is wrong.</summary>
    public static bool TryParse(string[] arguments, IReadOnlyList<FuzzTarget> all, out FuzzOptions? options, out string wrong)
    {
        (double? seconds, long? executions, string? name, string? seed) = (null, null, null, null);
        (options, wrong) = (null, "");
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--quick":
                    continue;
                case "--target" when value is not null:
                    name = value;
                    break;
                case "--seed" when value is not null:
                    seed = value;
                    break;
                case "--seconds" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double given):
                    seconds = given;
                    break;
                case "--executions" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long many):
                    executions = many;
                    break;
                default:
                    wrong = $"cannot read {arguments[i]}";
                    return false;
            }

            i++;
        }

        FuzzTarget[] targets = [.. all.Where(target => name is null || target.Name == name)];
        if (targets.Length == 0)
            wrong = $"no target is called {name}: {string.Join(", ", all.Select(target => target.Name))}";
        Lineage? replay = null;
        ulong number = 1;
        if (seed is not null && !ulong.TryParse(seed, CultureInfo.InvariantCulture, out number) && !Lineage.TryParse(seed, out replay))
            wrong = $"{seed} is neither a number nor SEED:INPUTS,...";
        if (replay is not null && name is null)
            wrong = "a session is repeated of one --target";
        TimeSpan perTarget = seconds is null && executions is not null ? TimeSpan.MaxValue : TimeSpan.FromSeconds(seconds ?? QuickSeconds / Math.Max(1, targets.Length));
        options = new FuzzOptions(targets, perTarget, executions ?? long.MaxValue, number, replay);
        return wrong.Length == 0;
    }
}
