using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Link;
using Bridge.Link.Trust;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Composition;

/// <summary>Carries out what a reload may change, on links and devices that go on meanwhile: first everything that can fail, then everything that cannot.</summary>
internal sealed class LiveChange(
    GatewayConfiguration running, GatewayConfiguration wanted, GatewayIdentity identity, IReadOnlyList<PeerLink> links, IReadOnlyList<BridgedDevice> devices)
{
    private readonly List<Func<Task>> _steps = [];
    private readonly List<string> _changed = [];

    /// <summary>What was found to be different in files that the configuration only names, a sentence each; after <see cref="ApplyAsync"/>.</summary>
    public IReadOnlyList<string> Changed => _changed;

    /// <summary>All or nothing.</summary>
    /// <exception cref="CommandFailedException">Nothing was changed; the message says why.</exception>
    public async Task ApplyAsync()
    {
        using GatewayIdentity own = IdentityFile.Load(wanted.IdentityFile);
        for (int i = 0; i < links.Count; i++)
            Prepare(links[i], running.Links[i], wanted.Links[i]);
        for (int i = 0; i < devices.Count; i++)
            await PrepareAsync(devices[i], running.Devices[i], wanted.Devices[i]);
        if (identity.Replace(own))
            _changed.Add($"identity: the next connections show {identity.Fingerprint}; peers that pin keys must know it");
        foreach (Func<Task> step in _steps)
            await step();
    }

    private void Prepare(PeerLink link, LinkConfiguration before, LinkConfiguration after)
    {
        // Reads an authority's file, which may be another one under the same name.
        PeerTrust trust = BridgedLink.Trust(after);
        ReplaceableTrust replaceable = (ReplaceableTrust)link.Peer;
        bool otherAuthority = trust is CertificateAuthority now && replaceable.Current is CertificateAuthority then && !now.SameAs(then);
        if (ReferenceEquals(before, after) && !otherAuthority)
            return;
        if (otherAuthority && before.CertificateAuthority == after.CertificateAuthority && before.PeerName == after.PeerName)
            _changed.Add($"links:{after.Peer}: {after.CertificateAuthority} holds other authorities");
        _steps.Add(() =>
        {
            replaceable.Current = trust;
            link.EndUnlessTrusted();
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
        // The rules first: a new service must not be open to everybody for a moment.
        if (!before.Access.SequenceEqual(after.Access))
            _steps.Add(() => device.SetAccessAsync(after));
        if (before.Services.SequenceEqual(after.Services))
            return;
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
