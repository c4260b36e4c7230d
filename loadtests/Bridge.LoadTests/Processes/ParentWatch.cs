namespace Bridge.LoadTests.Processes;

/// <summary>Ends a part of a rig with whoever started it: a run that is killed leaves no process behind.</summary>
internal static class ParentWatch
{
    /// <summary>Watches standard input in the background. A role that reads commands from it watches by itself.</summary>
    public static void EndWithStandardInput(bool commands)
    {
        if (commands)
            return;
        new Thread(Watch) { IsBackground = true, Name = "parent" }.Start();
    }

    /// <summary>Tells the parent that this part can be used, with what it has to know.</summary>
    public static void SayReady(string what = "") => Console.Out.WriteLine($"ready {what}");

    private static void Watch()
    {
        while (Console.In.ReadLine() is not null)
        {
            // Nothing is expected; only the end matters.
        }

        Environment.Exit(0);
    }
}
