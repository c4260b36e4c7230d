using System.Text;
using Bridge.Ports.CrossConnect;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.CrossConnect;

/// <summary>One driver of a cross-connect, on rings of its own.</summary>
internal sealed class RigDriver : IDeviceRelay, IDisposable
{
    private const ulong Base = 0x10000;

    private readonly CrossConnectSide _side;
    private readonly RpmsgOptions _options;
    private readonly HeapMemory _memory;
    private readonly Window _window;
    private RpmsgDriverRings? _rings;

    public RigDriver(CrossConnectSide side, RpmsgOptions options)
    {
        (_side, _options) = (side, options);
        _memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(options));
        _window = new Window(new WindowRegion(Base, _memory));
    }

    public RpmsgDriverRings Rings => _rings!;

    public CrossConnectCounters Counters => _side.Counters;

    /// <summary>Doorbells from the device, by queue.</summary>
    public int[] Doorbells { get; } = new int[2];

    public string? NeededReset { get; private set; }

    public void Start(ulong features = VirtioFeatures.Version1 | RpmsgFeatures.NameService)
    {
        _rings = new RpmsgDriverRings(_window, Base, _options, features);
        _side.Start(features, _window, [_rings.Receive, _rings.Transmit], this);
    }

    public void Stop() => _side.Stop();

    /// <summary>False: every buffer is with the device.</summary>
    public bool TrySend(uint source, uint destination, ReadOnlySpan<byte> payload)
    {
        if (!Rings.TryReserve(out Span<byte> buffer))
            return false;
        new RpmsgHeader(source, destination, (ushort)payload.Length).Write(buffer, littleEndian: true);
        payload.CopyTo(buffer[RpmsgHeader.Size..]);
        Rings.Commit(RpmsgHeader.Size + payload.Length);
        return true;
    }

    public void Send(uint source, uint destination, string text) => Assert.True(TrySend(source, destination, Encoding.ASCII.GetBytes(text)));

    /// <summary>Any bytes as a message.</summary>
    public void SendBytes(ReadOnlySpan<byte> message)
    {
        Assert.True(Rings.TryReserve(out Span<byte> buffer));
        message.CopyTo(buffer);
        Rings.Commit(message.Length);
    }

    public void Announce(string name, uint address, bool destroy = false)
    {
        byte[] payload = new byte[NameServiceMessage.Size];
        new NameServiceMessage(name, address, destroy ? NameServiceFlags.Destroy : NameServiceFlags.Create).Write(payload, littleEndian: true);
        Assert.True(TrySend(address, RpmsgAddress.NameService, payload));
    }

    /// <summary>The next message as text, <c>source>destination text</c>; a name service message as <c>+name@address</c> or <c>-name@address</c>; null: none.</summary>
    public string? Receive()
    {
        if (!Rings.TryReceive(out ReadOnlySpan<byte> message, out int token))
            return null;
        Assert.True(RpmsgHeader.TryRead(message, littleEndian: true, out RpmsgHeader header));
        ReadOnlySpan<byte> payload = message[RpmsgHeader.Size..];
        Assert.Equal(header.Length, payload.Length);
        string text;
        if (header.Destination != RpmsgAddress.NameService)
        {
            text = $"{header.Source}>{header.Destination} {Encoding.ASCII.GetString(payload)}";
        }
        else
        {
            Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage name, out bool unterminated));
            Assert.False(unterminated);
            Assert.Equal(header.Source, name.Address);
            text = $"{(name.IsDestroy ? '-' : '+')}{name.Name}@{name.Address}";
        }

        Rings.Release(token);
        return text;
    }

    public List<string> ReceiveAll()
    {
        List<string> all = [];
        while (Receive() is { } one)
            all.Add(one);
        return all;
    }

    void IDeviceRelay.OnUsed(int queue) => Doorbells[queue]++;

    void IDeviceRelay.OnOfferChanged() => throw new NotSupportedException();

    void IDeviceRelay.NeedsReset(string why) => NeededReset = why;

    void IDeviceRelay.Suspend() => throw new NotSupportedException();

    void IDeviceRelay.Resume() => throw new NotSupportedException();

    void IDeviceRelay.Restart() => throw new NotSupportedException();

    public void Dispose() => _memory.Dispose();
}
