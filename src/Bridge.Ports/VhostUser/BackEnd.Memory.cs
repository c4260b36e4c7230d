using Bridge.Linux;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <content>The front end's memory, as a whole or region by region, and the in-flight region.</content>
internal sealed partial class BackEnd
{
    private readonly bool _trustsMemory;
    private FileDescriptor? _replyDescriptor;

    /// <summary>A descriptor that goes with the reply at hand, taken over by the caller.</summary>
    public FileDescriptor? TakeReplyDescriptor()
    {
        FileDescriptor? taken = _replyDescriptor;
        _replyDescriptor = null;
        return taken;
    }

    private int SetMemory(ReadOnlySpan<byte> payload, List<FileDescriptor> descriptors)
    {
        FileDescriptor[] files = [.. descriptors];
        MemoryRegion[] regions = MemoryRegion.ReadTable(payload);
        descriptors.Clear();
        _vrings.SetMemory(MemoryTable.Map(regions, files, _trustsMemory));
        return Done;
    }

    /// <exception cref="FrontEndFaultException">It does not fit what is there, or there are too many.</exception>
    private int AddMemory(MemoryRegion region, FileDescriptor file)
    {
        MemoryTable added = MemoryTable.Map([region], [file], _trustsMemory);
        if (Memory is not { } memory)
        {
            _vrings.SetMemory(added);
            return Done;
        }

        try
        {
            if (memory.Count == MemoryRegion.MaximumSlots)
                throw new FrontEndFaultException($"more than {MemoryRegion.MaximumSlots} memory regions");
            _vrings.SetMemory(memory.With(added));
            return Done;
        }
        catch
        {
            // Whoever has it disposes it; a table that has not taken it over does not.
            added.DisposeExcept(Memory);
            throw;
        }
    }

    /// <exception cref="FrontEndFaultException">There is no such region, or a queue that runs lies in it.</exception>
    private int RemoveMemory(MemoryRegion region)
    {
        if (Memory is not { } memory)
            throw new FrontEndFaultException("the removal of a memory region where there is none");
        _vrings.SetMemory(memory.Without(region));
        return Done;
    }

    /// <exception cref="FrontEndFaultException">The device has not so many queues, or no ring so many entries.</exception>
    private int GiveRegion(InflightRegion wanted, Span<byte> reply)
    {
        if (wanted.Queues == 0 || wanted.Queues > _vrings.All.Length || !RingLayout.IsValidSize(wanted.QueueSize))
            throw new FrontEndFaultException($"an in-flight region for {wanted.Queues} queues of {wanted.QueueSize} entries; the device has {_vrings.All.Length}");
        try
        {
            InflightMemory region = InflightMemory.Create(_device, wanted.Queues, wanted.QueueSize, out FileDescriptor descriptor);
            _vrings.Give(region);
            TakeReplyDescriptor()?.Dispose();
            _replyDescriptor = descriptor;
            region.Region.Write().CopyTo(reply);
            return InflightRegion.Size;
        }
        catch (LinuxException exhausted)
        {
            throw new FrontEndFaultException($"no in-flight region: {exhausted.Message}", exhausted);
        }
    }
}
