using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>The packages that <c>systemd/build-deb</c> makes of these sources. Made once, where somebody asks for them.</summary>
internal static class DebianPackages
{
    public const string Name = "rpmsg-bridge";

    // Builds the whole program for another kind of machine.
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(12);

    private static readonly Lazy<Task<string>> First = new(() => BuildAsync("amd64"));
    private static readonly Lazy<Task<string>> Second = new(UpgradeAsync);

    /// <summary>Where they are.</summary>
    public static string Place { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "packages-tested")).FullName;

    /// <summary>File name of the package for this kind of machine.</summary>
    public static Task<string> Amd64 => First.Value;

    /// <summary>File name of the same program's next revision.</summary>
    public static Task<string> NextRevision => Second.Value;

    /// <summary>Builds a package; its file name.</summary>
    public static async Task<string> BuildAsync(string architecture)
    {
        string script = Path.Combine(Repository.Root, "systemd", "build-deb");
        return Path.GetFileName((await RunAsync(script, architecture, Place)).Trim());
    }

    /// <summary>Runs a program to its good end; its output.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using RunningProcess process = RunningProcess.Start(new ProcessStartInfo(Programs.Path(program), arguments));
        (int exitCode, string output, string errors) = await process.ExitAsync(BuildLimit);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {exitCode}: {errors}{output}");
        return output;
    }

    private static async Task<string> UpgradeAsync()
    {
        string package = Path.Combine(Place, await Amd64), next = $"{Name}_next.deb";
        using TemporaryDirectory directory = new();
        string tree = directory.File("tree"), control = Path.Combine(tree, "DEBIAN", "control");
        await RunAsync("dpkg-deb", "-R", package, tree);
        string text = await File.ReadAllTextAsync(control);
        await File.WriteAllTextAsync(control, text.Replace("-1\n", "-2\n", StringComparison.Ordinal));
        await RunAsync("dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, Path.Combine(Place, next));
        return next;
    }
}
