using System.Globalization;
using Bridge.EndToEnd.Tests.Kernel;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>
/// The shell of a guest (<c>tests/kernel/guest/shell.sh</c>) on its process's standard streams: commands are typed, one after the other; the kernel's log is standard error.
/// One thread at a time.
/// </summary>
internal sealed class GuestShell(RunningProcess process)
{
    private const string Ready = "= ready ", Status = "= ", OutputLine = "| ";

    // How many lines of the console have been read by earlier commands.
    private int _read;

    /// <summary>The kernel's release, as <c>uname -r</c> tells it; known after the first boot.</summary>
    public string Release { get; private set; } = "";

    /// <summary>The kernel's log so far, of all its boots.</summary>
    public string Log => process.Errors.Text;

    /// <summary>Waits until the guest takes commands.</summary>
    public async Task WaitForBootAsync()
    {
        string line;
        do
            line = await NextLineAsync("boot", Bounds.Guest);
        while (line.StartsWith(OutputLine, StringComparison.Ordinal));
        Assert.True(line.StartsWith(Ready, StringComparison.Ordinal), $"The guest began with '{line}'. {Describe()}");
        Release = line[Ready.Length..];
        // The guest turns itself off when nobody answers its first line.
        await RunAsync("true");
    }

    /// <summary>Runs a line of shell and waits for its end, which may be a bad one.</summary>
    public async Task<GuestAnswer> TryAsync(string command, TimeSpan? limit = null)
    {
        Assert.DoesNotContain('\n', command);
        await process.TypeAsync(command);
        List<string> output = [];
        while (true)
        {
            string line = await NextLineAsync(command, limit);
            if (line.StartsWith(OutputLine, StringComparison.Ordinal))
                output.Add(line[OutputLine.Length..]);
            else if (line.StartsWith(Status, StringComparison.Ordinal) && int.TryParse(line[Status.Length..], CultureInfo.InvariantCulture, out int exitCode))
                return new GuestAnswer(exitCode, string.Join('\n', output));
            else
                Assert.Fail($"The guest answered '{command}' with '{line}'. {Describe()}");
        }
    }

    /// <summary>Runs a line of shell to its end, which must be a good one. Its output.</summary>
    public async Task<string> RunAsync(string command, TimeSpan? limit = null)
    {
        (int exitCode, string output) = await TryAsync(command, limit);
        Assert.True(exitCode == 0, $"'{command}' in the guest: exit code {exitCode}: {output}\n{Describe()}");
        return output;
    }

    /// <summary>Types a line whose end is not waited for, because the guest's comes first.</summary>
    public Task TypeAsync(string command) => process.TypeAsync(command);

    /// <summary>Waits until the kernel's log has the text, from a place in it on.</summary>
    /// <param name="text">What is waited for.</param>
    /// <param name="from">Where to begin: <see cref="Log"/>'s length at an earlier time; the beginning if omitted.</param>
    public Task WaitForLogAsync(string text, int from = 0) => Bounds.UntilAsync(
        () =>
        {
            // In this order: what ends between the two has been read.
            bool over = process.IsReadToEnd;
            bool found = Log.AsSpan(from).Contains(text, StringComparison.Ordinal);
            if (over && !found)
                Assert.Fail($"The guest ended without '{text}' in its log. {Describe()}");
            return found;
        },
        $"'{text}' in the kernel's log",
        Describe);

    /// <summary>The ends of its console and of its log, for failures.</summary>
    public string Describe() => process.Describe();

    private async Task<string> NextLineAsync(string command, TimeSpan? limit)
    {
        IReadOnlyList<string> lines = [];
        await Bounds.UntilAsync(
            () =>
            {
                bool over = process.IsReadToEnd;
                lines = process.Output.ToList();
                if (over && lines.Count == _read)
                    Assert.Fail($"The guest ended during '{command}'. {Describe()}");
                return lines.Count > _read;
            },
            $"the guest's answer to '{command}'",
            Describe,
            limit);
        return lines[_read++];
    }
}
