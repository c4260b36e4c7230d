using System.Diagnostics;

namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>Where a process runs: this machine as it is, or a network namespace of it.</summary>
/// <param name="Namespace">The namespace's name; null for this machine.</param>
internal sealed record Machine(string? Namespace)
{
    public static Machine Here { get; } = new((string?)null);

    /// <summary>A command line for this machine. What it becomes has the process id of what is started: `ip netns exec` replaces itself.</summary>
    public ProcessStartInfo Command(string program, params IEnumerable<string> arguments) => Namespace is null
        ? new ProcessStartInfo(program, arguments)
        : new ProcessStartInfo(Programs.Path("ip"), ["netns", "exec", Namespace, program, .. arguments]);

    /// <summary>Runs a command to its end, which must be a good one. Its output.</summary>
    public async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        await using RunningProcess process = RunningProcess.Start(Command(Programs.Path(program), arguments));
        (int exitCode, string output, string errors) = await process.ExitAsync();
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {exitCode}: {errors}{output}");
        return output;
    }
}
