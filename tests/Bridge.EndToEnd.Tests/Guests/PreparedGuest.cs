using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>What a <c>prepare</c> script has made on this machine, for a guest. Asked once.</summary>
internal sealed class PreparedGuest
{
    private readonly Lazy<(string? Directory, string? WhyNot)> _answer;

    /// <summary>What the script <c>tests/DIRECTORY/prepare</c> makes.</summary>
    public PreparedGuest(string directory) => _answer = new(() => Find(Path.Combine(Repository.Root, "tests", directory, "prepare")));

    /// <summary>One sentence why there is none; null if there is.</summary>
    public string? WhyNot => _answer.Value.WhyNot;

    /// <summary>The directory that was made.</summary>
    public string Directory => _answer.Value.Directory ?? throw new InvalidOperationException(WhyNot);

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => Path.Combine(Directory, name);

    private static (string? Directory, string? WhyNot) Find(string script)
    {
        ProcessStartInfo start = new(Programs.Path("bash"), [script, "--find"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process prepare = Process.Start(start)!;
        // It writes one line to one of them, so the order of reading cannot block it.
        string directory = prepare.StandardOutput.ReadToEnd().Trim(), reason = prepare.StandardError.ReadToEnd().Trim();
        prepare.WaitForExit();
        return prepare.ExitCode == 0 ? (directory, null) : (null, reason);
    }
}
