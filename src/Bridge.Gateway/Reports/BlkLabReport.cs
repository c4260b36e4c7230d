namespace Bridge.Gateway.Reports;

/// <summary>The lab's guest with a disk behind the other gateway.</summary>
internal sealed record BlkLabReport : LabReport
{
    /// <summary>The guest's kernel, as <c>uname -r</c> tells it.</summary>
    public string? GuestKernel { get; init; }

    /// <summary>Bytes that the guest wrote to its files while the link was cut, each round of them on the disk before the next.</summary>
    public long? BytesWritten { get; init; }

    /// <summary>Whether it read back what it had written, after forgetting it.</summary>
    public bool? Sha256Match { get; init; }

    /// <summary>How often the link was cut.</summary>
    public long? Cuts { get; init; }

    /// <summary>Writes that failed in the guest; the first ends the writer.</summary>
    public long? WriteErrors { get; init; }

    /// <summary>Lines of the guest's kernel about errors, resets and hung tasks.</summary>
    public long? KernelComplaints { get; init; }

    /// <summary>Whether <c>e2fsck -f</c> finds nothing.</summary>
    public bool? FileSystemClean { get; init; }

    /// <summary>Rate of one file with fsync, before the cuts.</summary>
    public double? BytesPerSecond { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string What, object? Value)> Figures() =>
    [
        ("guest's kernel", GuestKernel is null ? null : $"Linux {GuestKernel}"),
        ("bytes written", BytesWritten),
        ("cuts of the link", Cuts),
        ("SHA-256 of what was read back", Sha256Match switch { true => "matches", false => "DIFFERS", null => null }),
        ("file system", FileSystemClean switch { true => "clean", false => "DAMAGED", null => null }),
        ("write errors in the guest", WriteErrors),
        ("complaints of its kernel", KernelComplaints),
        ("bytes per second, written and synced", BytesPerSecond),
    ];

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        if (WriteErrors is not 0)
            yield return "a write failed in the guest";
        if (Sha256Match is not true)
            yield return "the guest read back something else than it had written";
        if (FileSystemClean is not true)
            yield return "the file system is damaged";
        if (KernelComplaints is not 0)
            yield return $"the guest's kernel complained {KernelComplaints} times";
    }
}
