using Bridge.EndToEnd.Tests.Networks;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>Two booted machines with the package installed and its service running, joined: A dials, with the virtio side; B listens, with the vhost side. Each test leaves them so.</summary>
public sealed class ServicePair : IAsyncLifetime
{
    /// <summary>The service.</summary>
    internal const string Unit = "rpmsg-bridge.service";

    internal const string Configuration = "/etc/rpmsg-bridge/gateway.json";

    private NetworkPair? _network;
    private BootedMachine? _a, _b;

    internal BootedMachine A => _a!;

    internal BootedMachine B => _b!;

    internal string FingerprintA { get; private set; } = "";

    internal string FingerprintB { get; private set; } = "";

    public async Task InitializeAsync()
    {
        // Its tests are skipped then.
        if (SystemdLab.WhyNot is not null)
            return;
        string package = await DebianPackages.Amd64;
        _network = await NetworkPair.CreateAsync(v6: false);
        // One after the other: should the second fail, the first is known and ended.
        _a = await BootedMachine.BootAsync(_network.A);
        _b = await BootedMachine.BootAsync(_network.B);
        (FingerprintA, FingerprintB) = (await InstallAsync(A, package), await InstallAsync(B, package));
        await A.WriteAsync(Configuration, $$"""
            { "name": "machine-a", "listen": [],
              "links": { "machine-b": { "fingerprint": "{{FingerprintB}}", "connect": ["{{NetworkPair.AddressB}}:7117"] } },
              "devices": { "rpmsg0": { "side": "virtio" } } }
            """);
        await B.WriteAsync(Configuration, ConfigurationB(FingerprintA, "copy"));
        await B.RunAsync("systemctl", "start", Unit);
        await A.RunAsync("systemctl", "start", Unit);
        await UntilJoinedAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (BootedMachine? machine in new[] { _a, _b })
        {
            if (machine is not null)
                await machine.DisposeAsync();
        }

        if (_network is not null)
            await _network.DisposeAsync();
    }

    /// <summary>B's configuration with A's key, and services beside <c>echo</c>.</summary>
    internal static string ConfigurationB(string fingerprint, params string[] services) => $$"""
        { "name": "machine-b",
          "links": { "machine-a": { "fingerprint": "{{fingerprint}}" } },
          "devices": { "rpmsg0": { "side": "vhost", "services": { "echo": { "address": 30 }, {{string.Join(", ", services.Select(service => $"\"{service}\": {{}}"))}} } } } }
        """;

    /// <summary>Both services tell systemd that everything works.</summary>
    internal async Task UntilJoinedAsync()
    {
        foreach (BootedMachine machine in new[] { A, B })
            await machine.UntilAsync(Unit, "StatusText", text => text.StartsWith("Ready: ", StringComparison.Ordinal));
    }

    /// <summary>Messages from A to an echo application on B and back, every byte compared.</summary>
    internal async Task PingAsync(int count)
    {
        await using RunningProcess echo = B.StartAsMember("rpmsg-bridge", "echo", "rpmsg0", "echo", "--wait", "60");
        await echo.WaitForAsync("offering ");
        await A.RunAsMemberAsync("rpmsg-bridge", "ping", "rpmsg0", "echo", "--wait", "60", "--count", $"{count}", "--period", "0", "--timeout", "60000", "--verify", "--json");
    }

    private static async Task<string> InstallAsync(BootedMachine machine, string package)
    {
        await machine.RunAsync("dpkg", "--install", $"/opt/packages/{package}");
        return (await machine.RunAsync("rpmsg-bridge", "identity", "--identity", "/etc/rpmsg-bridge/identity.pem")).Split('\n')[0];
    }
}
