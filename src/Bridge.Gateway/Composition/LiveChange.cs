using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Link;
using Bridge.Link.Trust;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Composition;

/// <summary>Carries out what a reload may change, on links and devices that go on meanwhile: first everything that can fail, then everything that cannot.</summary>
internal sealed class LiveChange(GatewayConfiguration running, GatewayConfiguration wanted, IReadOnlyList<PeerLink> links, IReadOnlyList<BridgedDevice> devices)
{
    private readonly List<Func<Task>> _steps = [];

    /// <summary>All or nothing.</summary>
    /// <exception cref="CommandFailedException">Nothing was changed; the message says why.</exception>
    public async Task ApplyAsync()
    {
        for (int i = 0; i < links.Count; i++)
            Prepare(links[i], running.Links[i], wanted.Links[i]);
        for (int i = 0; i < devices.Count; i++)
            await PrepareAsync(devices[i], running.Devices[i], wanted.Devices[i]);
        foreach (Func<Task> step in _steps)
            await step();
    }

    private void Prepare(PeerLink link, LinkConfiguration before, LinkConfiguration after)
    {
        if (ReferenceEquals(before, after))
            return;
        // Reads an authority's file.
        PeerTrust trust = BridgedLink.Trust(after);
        _steps.Add(() =>
        {
            ((ReplaceableTrust)link.Peer).Current = trust;
            // With an authority the present connection stays: it was vouched for when it began.
            if (after.CertificateAuthority is null)
                link.EndUnlessKeyIs(after.Fingerprints);
            link.Redirect(BridgedLink.Addresses(after));
            return Task.CompletedTask;
        });
    }

    private async Task PrepareAsync(BridgedDevice device, DeviceConfiguration before, DeviceConfiguration after)
    {
        if (ReferenceEquals(before, after))
            return;
        if (await device.FindServiceConflictAsync(after) is { } conflict)
            throw new CommandFailedException(ExitCode.Configuration, $"devices:{device.Name}: {conflict}.");
        _steps.Add(async () =>
        {
            try
            {
                await device.SetServicesAsync(after);
            }
            catch (RpmsgException taken)
            {
                // Between the question and now a control request or a channel's opener took the address.
                throw new CommandFailedException(ExitCode.Failure, $"devices:{device.Name}: {taken.Message}; not all of its services are offered now. Reload again.", taken);
            }
        });
    }
}
