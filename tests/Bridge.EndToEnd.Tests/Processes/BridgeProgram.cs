namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>The built program.</summary>
internal static class BridgeProgram
{
    /// <summary>Its main assembly, which the build puts beside the tests.</summary>
    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "rpmsg-bridge.dll");

    /// <summary>Starts it with arguments.</summary>
    public static RunningProcess Start(Machine machine, params IEnumerable<string> arguments) =>
        RunningProcess.Start(machine.Command(Programs.Path("dotnet"), ["exec", Assembly, .. arguments]));

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params IEnumerable<string> arguments)
    {
        await using RunningProcess process = Start(Machine.Here, arguments);
        return await process.ExitAsync();
    }
}
