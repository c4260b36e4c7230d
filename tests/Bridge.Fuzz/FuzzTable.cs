namespace Bridge.Fuzz;

/// <summary>What is printed.</summary>
internal static class FuzzTable
{
    public static void WriteHead(TextWriter output) =>
        output.WriteLine($"{"target",-16} {"executions",12} {"per second",11} {"sessions",10} {"outcomes",9} {"most bytes",11}  what");

    public static void Write(TextWriter output, FuzzTarget target, FuzzTotals totals)
    {
        double perSecond = totals.Executions / Math.Max(totals.Elapsed.TotalSeconds, 0.001);
        output.WriteLine($"{target.Name,-16} {totals.Executions,12} {perSecond,11:0} {totals.Sessions,10} {totals.Outcomes,9} {totals.LargestAllocation,11}  {target.Neighbour}: {target.What}");
        if (totals.Find is not { } find)
            return;
        output.WriteLine($"FOUND in {target.Name}: {find.Failure}");
        output.WriteLine($"  {find.Command}");
    }

    public static void WriteSum(TextWriter output, IReadOnlyList<FuzzTotals> all) => output.WriteLine(
        $"{all.Sum(totals => totals.Executions)} executions, {all.Count(totals => totals.Find is not null)} found, most bytes allocated for one input: {all.Max(totals => totals.LargestAllocation)}");
}
