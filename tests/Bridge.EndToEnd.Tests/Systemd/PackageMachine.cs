using Bridge.EndToEnd.Tests.Networks;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>A booted machine on which the package is to be installed.</summary>
public sealed class PackageMachine : IAsyncLifetime
{
    private NetworkPair? _network;
    private BootedMachine? _machine;

    internal BootedMachine Machine => _machine!;

    public async Task InitializeAsync()
    {
        // Its tests are skipped then.
        if (SystemdLab.WhyNot is not null)
            return;
        await DebianPackages.Amd64;
        _network = await NetworkPair.CreateAsync(v6: false);
        _machine = await BootedMachine.BootAsync(_network.A);
    }

    public async Task DisposeAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
    }

    /// <summary>Installs the package, if it is not.</summary>
    internal async Task InstallAsync() => await Machine.RunAsync("dpkg", "--install", $"/opt/packages/{await DebianPackages.Amd64}");
}
