using Bridge.Linux;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The front end's memory, mapped: descriptors carry its guest physical addresses, rings are given by its user addresses. Immutable: a region more or less is another table,
/// which shares the mappings of the others.
/// </summary>
internal sealed class MemoryTable : IDisposable
{
    private readonly MemoryRegion[] _regions;
    private readonly MappedFile[] _files;
    private readonly ForeignMemory[] _memories;

    private MemoryTable(MemoryRegion[] regions, MappedFile[] files, ForeignMemory[] memories, Window window) =>
        (_regions, _files, _memories, Window) = (regions, files, memories, window);

    /// <summary>By guest physical address.</summary>
    public Window Window { get; }

    /// <summary>Regions whose file may be cut short by the front end.</summary>
    public int Unsealed => _files.Count(file => !file.IsSealed);

    /// <summary>Bytes of all regions.</summary>
    public ulong Length => _regions.Aggregate(0UL, (sum, region) => sum + region.Length);

    /// <summary>Regions of the table.</summary>
    public int Count => _regions.Length;

    /// <summary>No file was cut short, as far as looking can tell.</summary>
    public bool IsWhole => Array.TrueForAll(_files, file => file.IsWhole);

    /// <summary>Maps a table.</summary>
    /// <param name="regions">As the front end sent them.</param>
    /// <param name="descriptors">Their files, in the same order. Taken over, and closed when this throws.</param>
    /// <param name="trusted">Files that cannot be sealed against shrinking are taken too.</param>
    /// <exception cref="FrontEndFaultException">They do not fit each other, a region reaches beyond its file, regions overlap, or a file cannot be mapped.</exception>
    public static MemoryTable Map(MemoryRegion[] regions, IReadOnlyList<FileDescriptor> descriptors, bool trusted)
    {
        var files = new List<MappedFile>();
        try
        {
            if (descriptors.Count != regions.Length)
                throw new FrontEndFaultException($"a memory table of {regions.Length} regions with {descriptors.Count} descriptors");
            CheckUserAddresses(regions);
            for (int i = 0; i < regions.Length; i++)
                files.Add(MappedFile.Map(descriptors[i], regions[i].FileOffset, regions[i].Length));
            if (!trusted && files.Exists(file => !file.IsSealed))
                throw new FrontEndFaultException(Unsealable);
            ForeignMemory[] memories = [.. files.Select(file => new ForeignMemory(file.Address, file.Size, file))];
            return Make(regions, [.. files], memories);
        }
        catch (Exception failure)
        {
            foreach (MappedFile file in files)
                file.Dispose();
            foreach (FileDescriptor descriptor in descriptors)
                descriptor.Dispose();
            if (failure is LinuxException or ArgumentException or OverflowException)
                throw new FrontEndFaultException($"a memory table that cannot be mapped: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>The guest physical address of a user address; false outside of all regions.</summary>
    public bool TryTranslate(ulong userAddress, out ulong guestAddress)
    {
        foreach (MemoryRegion region in _regions)
        {
            // A subtraction of a smaller from a larger number: it cannot wrap.
            if (userAddress >= region.UserAddress && userAddress - region.UserAddress < region.Length)
            {
                guestAddress = region.GuestAddress + (userAddress - region.UserAddress);
                return true;
            }
        }

        guestAddress = 0;
        return false;
    }

    /// <summary>Unmaps everything. No queue may use the window any more.</summary>
    public void Dispose()
    {
        foreach (ForeignMemory memory in _memories)
            memory.Dispose();
    }

    /// <summary>With one region more (ADD_MEM_REG). This table gives its mappings up to the new one.</summary>
    /// <exception cref="FrontEndFaultException">See <see cref="Map"/>; nothing has changed then.</exception>
    public MemoryTable With(MemoryTable added)
    {
        MemoryRegion[] regions = [.. _regions, .. added._regions];
        CheckUserAddresses(regions);
        try
        {
            return Make(regions, [.. _files, .. added._files], [.. _memories, .. added._memories]);
        }
        catch (ArgumentException overlap)
        {
            throw new FrontEndFaultException($"a memory region that does not fit the others: {overlap.Message}", overlap);
        }
    }

    /// <summary>Without a region (REM_MEM_REG); null: it was the last one.</summary>
    /// <exception cref="FrontEndFaultException">There is no such region.</exception>
    public MemoryTable? Without(MemoryRegion region)
    {
        // Where it lies in its file is not said again.
        int index = Array.FindIndex(_regions, own => own with { FileOffset = region.FileOffset } == region);
        if (index < 0)
            throw new FrontEndFaultException($"the removal of {region.Length} bytes at 0x{region.GuestAddress:x}, which is no region of its memory");
        return _regions.Length == 1 ? null : Make([.. _regions.Where((_, i) => i != index)], [.. _files.Where((_, i) => i != index)], [.. _memories.Where((_, i) => i != index)]);
    }

    /// <summary>Unmaps what another table does not go on with. No queue may use the window any more.</summary>
    public void DisposeExcept(MemoryTable? successor)
    {
        foreach (ForeignMemory memory in _memories)
        {
            if (successor is null || Array.IndexOf(successor._memories, memory) < 0)
                memory.Dispose();
        }
    }

    private const string Unsealable = "its memory cannot be sealed against shrinking, so it could end this gateway by cutting it short at any moment; let QEMU use memory-backend-memfd with share=on, "
        + "or, if you trust whoever may connect (user-mode Linux has no other memory), set the device's unsealedMemory to true";

    private static MemoryTable Make(MemoryRegion[] regions, MappedFile[] files, ForeignMemory[] memories) =>
        new(regions, files, memories, new Window([.. regions.Select((region, i) => new WindowRegion(region.GuestAddress, memories[i]))]));

    private static void CheckUserAddresses(MemoryRegion[] regions)
    {
        MemoryRegion[] sorted = [.. regions.OrderBy(region => region.UserAddress)];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].Length == 0 || sorted[i].Length - 1 > ulong.MaxValue - sorted[i].UserAddress)
                throw new FrontEndFaultException($"a memory region of {sorted[i].Length} bytes at user address 0x{sorted[i].UserAddress:x}");
            if (i > 0 && sorted[i].UserAddress - sorted[i - 1].UserAddress < sorted[i - 1].Length)
                throw new FrontEndFaultException($"memory regions at user addresses 0x{sorted[i - 1].UserAddress:x} and 0x{sorted[i].UserAddress:x} overlap");
        }
    }
}
