using Bridge.Linux;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>The front end's memory, mapped: descriptors carry its guest physical addresses, rings are given by its user addresses. Immutable.</summary>
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
    /// <exception cref="FrontEndFaultException">They do not fit each other, a region reaches beyond its file, regions overlap, or a file cannot be mapped.</exception>
    public static MemoryTable Map(MemoryRegion[] regions, IReadOnlyList<FileDescriptor> descriptors)
    {
        var files = new List<MappedFile>();
        try
        {
            if (descriptors.Count != regions.Length)
                throw new FrontEndFaultException($"a memory table of {regions.Length} regions with {descriptors.Count} descriptors");
            CheckUserAddresses(regions);
            for (int i = 0; i < regions.Length; i++)
                files.Add(MappedFile.Map(descriptors[i], regions[i].FileOffset, regions[i].Length));
            ForeignMemory[] memories = [.. files.Select(file => new ForeignMemory(file.Address, file.Size, file))];
            var window = new Window([.. regions.Select((region, i) => new WindowRegion(region.GuestAddress, memories[i]))]);
            return new MemoryTable(regions, [.. files], memories, window);
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
