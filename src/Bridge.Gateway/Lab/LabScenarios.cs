namespace Bridge.Gateway.Lab;

/// <summary>What <c>--scenario</c> can name, in the order of the help.</summary>
internal static class LabScenarios
{
    /// <summary>The scenario without a name.</summary>
    public const string Default = "default";

    /// <summary>All of them. Name and summary: a line of the help.</summary>
    public static IReadOnlyList<(string Name, string Summary, Func<LabBench, LabScenario> Create)> All { get; } =
    [
        (Default, "a file through a channel and back, ping-pong and a burst between two applications", bench => new ChannelScenario(bench)),
        (LinkLossScenario.Name, "numbered messages both ways while the link is cut again and again", bench => new LinkLossScenario(bench)),
        (RestartScenario.Name, "the same while the gateways are killed in turn and started anew", bench => new RestartScenario(bench)),
        (KernelScenario.Name, "the Linux kernel's rpmsg drivers in a guest, an application at the other gateway, and a burst both ways while the link is cut", bench => new KernelScenario(bench)),
        (BlkScenario.Name, "a guest in QEMU whose disk qemu-storage-daemon exports behind the other gateway; the link is cut while it writes", bench => new BlkScenario(bench)),
    ];

    /// <summary>A run of the scenario of that name, which is one of <see cref="All"/>.</summary>
    public static LabScenario Create(string name, LabBench bench) => All.First(one => one.Name == name).Create(bench);
}
