using Bridge.EndToEnd.Tests.Networks;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A test with DPDK's packet forwarder and interfaces in network namespaces; skipped with the reason where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CardFactAttribute : FactAttribute
{
    private const string Tunnels = "/dev/net/tun";

    private bool _needsGuest;

    public CardFactAttribute() => Skip = NetworkLab.WhyNot!
        ?? (!Programs.Exists(PacketForwarder.Program) ? $"the program {PacketForwarder.Program} is missing" : !File.Exists(Tunnels) ? $"{Tunnels} is missing" : null!);

    /// <summary>It needs a guest in QEMU as well.</summary>
    public bool NeedsGuest
    {
        get => _needsGuest;
        init
        {
            _needsGuest = value;
            if (value)
                Skip ??= QemuGuest.Prepared.WhyNot!;
        }
    }
}
