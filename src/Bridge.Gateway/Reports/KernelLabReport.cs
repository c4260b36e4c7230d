namespace Bridge.Gateway.Reports;

/// <summary>The lab's guest with the Linux kernel's own rpmsg drivers.</summary>
internal sealed record KernelLabReport : DeliveryLabReport
{
    /// <summary>The guest's kernel, as <c>uname -r</c> tells it.</summary>
    public string? GuestKernel { get; init; }

    /// <summary>Devices on the guest's rpmsg bus.</summary>
    public long? Channels { get; init; }

    /// <summary>How often the link was cut.</summary>
    public long? Cuts { get; init; }

    /// <summary>Messages that <c>write()</c> in the guest and <c>send()</c> in the application accepted.</summary>
    public long? BurstSent { get; init; }

    /// <summary>Messages that the two received.</summary>
    public long? BurstReceived { get; init; }

    /// <summary>Both ways together, the cuts included.</summary>
    public double? MessagesPerSecond { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string What, object? Value)> Figures() =>
    [
        ("guest's kernel", GuestKernel is null ? null : $"Linux {GuestKernel}"),
        ("channels on its rpmsg bus", Channels),
        ("cuts of the link", Cuts),
        ("burst, messages sent both ways", BurstSent),
        ("burst, messages received", BurstReceived),
        .. Deliveries(),
        ("messages per second, cuts included", MessagesPerSecond),
    ];
}
