namespace Bridge.Virtio;

/// <summary>
/// Where a <see cref="DriverQueue"/> may build indirect tables (virtio 1.2, 2.7.5.3): one table of <paramref name="TableEntries"/> descriptors of 16
/// bytes per ring entry, one after the other.
/// </summary>
/// <param name="Address">First byte of the first table; a multiple of 16.</param>
/// <param name="TableEntries">Descriptors per table, 1..1024. Longer chains are built from direct descriptors.</param>
public sealed record IndirectTables(ulong Address, int TableEntries)
{
    /// <summary>Bytes that the tables of a ring with <paramref name="size"/> entries take.</summary>
    public static ulong TotalLength(int size, int tableEntries) => (ulong)size * (ulong)tableEntries * Descriptor.Length;
}
