using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Containers;

/// <summary>podman with a storage of its own: it leaves the machine's images, containers and networks alone, and goes with the test.</summary>
internal sealed class Podman : IAsyncDisposable
{
    /// <summary>The image that the tests build.</summary>
    public const string Image = "localhost/rpmsg-bridge:test";

    private const string Base = "localhost/rpmsg-bridge-base:test";

    // Not every machine lets a container have more, and none of ours needs it.
    private static readonly string[] Limits = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"];

    private readonly TemporaryDirectory _storage = new();

    /// <summary>The bootstrapped tree.</summary>
    public static string BaseTree => Path.Combine(Cache(), "rpmsg-bridge", "container", "base.tar");

    /// <summary>The gateway with its runtime.</summary>
    public static string Published => Path.Combine(Repository.Root, "artifacts", "container", "app");

    /// <summary>Builds the image of the repository's Containerfile.</summary>
    public async Task BuildAsync(params IEnumerable<string> arguments)
    {
        (int exitCode, string output, string errors) = await TryBuildAsync(arguments);
        Assert.True(exitCode == 0, output + errors);
    }

    /// <summary>Tries to; without a network.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> TryBuildAsync(params IEnumerable<string> arguments)
    {
        await RunAsync("import", "--quiet", BaseTree, Base);
        return await TryAsync([
            "build", .. Limits, "--network", "none", "--file", Path.Combine(Repository.Root, "Containerfile"), "--tag", Image,
            "--build-arg", $"BASE={Base}", "--build-arg", "PUBLISH=artifacts/container/app", .. arguments, Repository.Root]);
    }

    /// <summary>Starts a container as an orchestrator would: read-only, without capabilities, as the image's own user.</summary>
    public RunningProcess Start(IEnumerable<string> options, params IEnumerable<string> command) => RunningProcess.Start(Command([
        "run", "--rm", "--interactive", .. Limits, "--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp:rw,size=16m,mode=1777",
        "--cap-drop", "ALL", "--security-opt", "no-new-privileges", .. options, Image, .. command]));

    /// <summary>Runs a container to its good end; its output.</summary>
    public async Task<string> RunContainerAsync(IEnumerable<string> options, params IEnumerable<string> command)
    {
        await using RunningProcess container = Start(options, command);
        container.EndInput();
        (int exitCode, string output, string errors) = await container.ExitAsync();
        Assert.True(exitCode == 0, $"{string.Join(' ', command)}: exit code {exitCode}: {errors}{output}");
        return output;
    }

    /// <summary>Runs podman to its good end; its output.</summary>
    public async Task<string> RunAsync(params IEnumerable<string> arguments)
    {
        (int exitCode, string output, string errors) = await TryAsync(arguments);
        Assert.True(exitCode == 0, $"podman {string.Join(' ', arguments)}: exit code {exitCode}: {errors}{output}");
        return output;
    }

    /// <summary>Runs podman to its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> TryAsync(params IEnumerable<string> arguments)
    {
        await using RunningProcess podman = RunningProcess.Start(Command(arguments));
        podman.EndInput();
        return await podman.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await TryAsync("rm", "--all", "--force", "--time", "0");
        await TryAsync("rmi", "--all", "--force");
        // The storage is mounted onto itself.
        await using (RunningProcess unmount = RunningProcess.Start(Machine.Here.Command(Programs.Path("umount"), "--lazy", _storage.File("root/overlay"))))
            await unmount.ExitAsync();
        _storage.Dispose();
    }

    private static string Cache() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".cache");

    private ProcessStartInfo Command(IEnumerable<string> arguments) => Machine.Here.Command(
        Programs.Path("podman"),
        [
            "--root", _storage.File("root"), "--runroot", _storage.File("run"), "--tmpdir", _storage.File("tmp"),
            "--storage-driver", "overlay", "--runtime", "runc", "--cgroup-manager", "cgroupfs", .. arguments,
        ]);
}
