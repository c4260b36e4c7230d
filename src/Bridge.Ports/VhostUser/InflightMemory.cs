using System.Security.Cryptography;
using Bridge.Linux;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The in-flight region of one life of a driver: a record per queue, and behind them the life's mark, a random number that nobody else can know. Who returns the mark has the
/// region of this life; equal indices would prove nothing.
/// <code>
///   a record for each queue (<see cref="InflightRecord"/>), each of the same length | "RPMBLIFE" | 16 bytes of mark
/// </code>
/// The front end keeps the file, and can write to it: nothing in it is trusted while this process knows better.
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed class InflightMemory : IDisposable
{
    private const int MarkSize = 24;
    private static readonly byte[] s_title = "RPMBLIFE"u8.ToArray();

    private readonly MappedFile _file;
    private readonly ForeignMemory _memory;
    private readonly Window _window;
    private readonly byte[] _mark;

    private InflightMemory(MappedFile file, InflightRegion region, byte[]? mark)
    {
        (_file, Region) = (file, region);
        _memory = new ForeignMemory(file.Address, file.Size, file);
        _window = new Window(new WindowRegion(0, _memory));
        mark?.CopyTo(MarkBytes);
        _mark = MarkBytes.ToArray();
    }

    /// <summary>Its place and sizes, as they are told to front ends.</summary>
    public InflightRegion Region { get; }

    /// <summary>It was made by a gateway: the mark has its title.</summary>
    public bool IsMarked => _mark.AsSpan().StartsWith(s_title);

    /// <summary>Nobody can cut it short.</summary>
    public bool IsSealed => _file.IsSealed;

    private Span<byte> MarkBytes => _window.GetSpan(Region.Length - MarkSize, MarkSize);

    /// <summary>A new region, of a new life. The descriptor is for the front end; the caller closes it.</summary>
    /// <exception cref="LinuxException">Memory or descriptors are exhausted.</exception>
    public static InflightMemory Create(string device, ushort queues, ushort entries, out FileDescriptor descriptor)
    {
        ulong length = LengthFor(queues, entries);
        descriptor = MemoryFile.Create($"rpmsg-bridge-inflight-{device}", length, sealable: true);
        try
        {
            byte[] mark = [.. s_title, .. RandomNumberGenerator.GetBytes(MarkSize - s_title.Length)];
            return new InflightMemory(MappedFile.Map(MemoryFile.Duplicate(descriptor), 0, length), new InflightRegion(length, 0, queues, entries), mark);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>The region that a front end sends.</summary>
    /// <param name="region">What it says of it.</param>
    /// <param name="descriptor">Its file; taken over.</param>
    /// <param name="most">Queues of the device.</param>
    /// <exception cref="FrontEndFaultException">It is too short for what it is to hold, cannot be mapped, or could be cut short.</exception>
    public static InflightMemory Map(InflightRegion region, FileDescriptor descriptor, int most)
    {
        try
        {
            if (region.Queues == 0 || region.Queues > most || !RingLayout.IsValidSize(region.QueueSize) || region.Length != LengthFor(region.Queues, region.QueueSize))
                throw new FrontEndFaultException($"an in-flight region of {region.Length} bytes for {region.Queues} queues of {region.QueueSize}, which is none that was given out");
            MappedFile file = MappedFile.Map(descriptor, region.FileOffset, region.Length);
            if (file.IsSealed)
                return new InflightMemory(file, region, null);
            file.Dispose();
            throw new FrontEndFaultException("an in-flight region that is not sealed against shrinking, which is none that was given out");
        }
        catch (Exception failure)
        {
            descriptor.Dispose();
            if (failure is LinuxException or ArgumentException or OverflowException)
                throw new FrontEndFaultException($"an in-flight region that cannot be mapped: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Both are of the same life.</summary>
    public bool IsSameLife(InflightMemory other) => IsMarked && CryptographicOperations.FixedTimeEquals(_mark, other._mark) && Region == other.Region with { FileOffset = Region.FileOffset };

    /// <summary>The record of a queue of so many entries.</summary>
    /// <exception cref="FrontEndFaultException">The region has no room for such a queue.</exception>
    public InflightRecord Record(int queue, int entries) => queue < Region.Queues && entries <= Region.QueueSize
        ? new InflightRecord(_window, (ulong)queue * InflightRecord.LengthFor(Region.QueueSize), entries)
        : throw new FrontEndFaultException($"queue {queue} of {entries} entries in an in-flight region for {Region.Queues} queues of {Region.QueueSize}");

    public void Dispose() => _memory.Dispose();

    private static ulong LengthFor(ushort queues, ushort entries) => (queues * InflightRecord.LengthFor(entries)) + MarkSize;
}
