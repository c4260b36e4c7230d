using System.Text;
using Bridge.Linux;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>A guest's memory in a memfd, and its rpmsg driver's rings in it: what a front end passes on. User address and guest physical address differ.</summary>
internal sealed class Guest : IDisposable
{
    public const ulong GuestBase = 0x4000_0000;
    public const ulong UserBase = 0x7f12_0000_0000;
    public const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | RpmsgFeatures.NameService;

    private readonly ForeignMemory _memory;
    private readonly RpmsgOptions _options;

    public Guest(int buffers = 256, ulong fileOffset = 0x1_0000, bool sealable = true)
    {
        _options = new RpmsgOptions(buffers, 512);
        FileOffset = fileOffset;
        Length = 2 * RpmsgDriverRings.RequiredMemory(_options);
        Length = (Length + 0xffff) & ~0xffffUL;
        File = MemoryFile.Create("guest", FileOffset + Length, sealable);
        MappedFile mapping = MappedFile.Map(MemoryFile.Duplicate(File), FileOffset, Length);
        _memory = new ForeignMemory(mapping.Address, mapping.Size, mapping);
        Window = new Window(new WindowRegion(GuestBase, _memory));
        Rings = new RpmsgDriverRings(Window, GuestBase, _options, Features);
    }

    /// <summary>What is passed to the back end.</summary>
    public FileDescriptor File { get; }

    public ulong FileOffset { get; }

    public ulong Length { get; }

    public Window Window { get; }

    public RpmsgDriverRings Rings { get; private set; }

    public RingLayout Layout(int queue) => queue == 0 ? Rings.Receive : Rings.Transmit;

    public static ulong ToUser(ulong guestAddress) => guestAddress - GuestBase + UserBase;

    /// <summary>The driver is bound again: new rings, in the other half of the memory.</summary>
    public void Rebind() => Rings = new RpmsgDriverRings(Window, GuestBase + (Length / 2 & ~0xffffUL), _options, Features);

    /// <summary>The guest has booted again: new rings where the old ones were.</summary>
    public void Clear() => Rings = new RpmsgDriverRings(Window, GuestBase, _options, Features);

    /// <summary>Writes an available index that no driver can have.</summary>
    public void Spoil(int queue)
    {
        ulong index = Layout(queue).Available + sizeof(ushort);
        Window.GetSpan(index, sizeof(ushort)).Fill(0x77);
    }

    /// <summary>Publishes one message; false: no buffer is free.</summary>
    public bool TrySend(uint source, uint destination, ReadOnlySpan<byte> payload)
    {
        if (!Rings.TryReserve(out Span<byte> buffer))
            return false;
        new RpmsgHeader(source, destination, (ushort)payload.Length).Write(buffer, littleEndian: true);
        payload.CopyTo(buffer[RpmsgHeader.Size..]);
        Rings.Commit(RpmsgHeader.Size + payload.Length);
        return true;
    }

    /// <summary>Takes one message and lends its buffer again.</summary>
    public bool TryReceive(out RpmsgHeader header, out byte[] payload)
    {
        (header, payload) = (default, []);
        if (!Rings.TryReceive(out ReadOnlySpan<byte> message, out int token))
            return false;
        Assert.True(RpmsgHeader.TryRead(message, littleEndian: true, out header));
        payload = message.Slice(RpmsgHeader.Size, header.Length).ToArray();
        Rings.Release(token);
        return true;
    }

    public void Dispose()
    {
        _memory.Dispose();
        File.Dispose();
    }

    public static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);
}
