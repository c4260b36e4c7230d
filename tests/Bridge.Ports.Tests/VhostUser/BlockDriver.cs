using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>A block driver that starts its device as soon as it is offered, in memory of its own. Belongs to the device's turn.</summary>
internal sealed class BlockDriver : IDriverPort, IDisposable
{
    public const uint Read = 0, Write = 1, Flush = 4;

    private const int Entries = 256, Slots = 64;
    private const ulong Base = 0x10000, SlotsAt = Base + 0x10000, Slot = 0x2000;

    private readonly HeapMemory _memory = new(0x10000 + (Slots * Slot));
    private readonly Window _window;
    private readonly Dictionary<int, (ulong At, int Length, bool IsRead)> _requests = [];
    private readonly RingLayout _layout = RingLayout.Packed(Base, Entries);
    private DriverQueue? _ring;
    private IDriverRelay? _relay;
    private int _next;

    public BlockDriver() => _window = new Window(new WindowRegion(Base, _memory));

    public List<DeviceOffer> Offers { get; } = [];

    /// <summary>In the order in which they were answered: token, status byte, bytes read.</summary>
    public List<(int Token, byte Status, byte[] Data)> Answers { get; } = [];

    public string? NeededReset { get; private set; }

    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        Offers.Add(offer);
        _relay = relay;
        if (_ring is null)
            Start(offer.Features & ~VirtioFeatures.IndirectDescriptors);
    }

    /// <summary>Writes `writeback`; what the driver sees of it at once.</summary>
    public byte? WriteBack(byte value) => _relay!.WriteConfiguration(32, [value]) is { } offer ? offer.Configuration.Span[32] : null;

    public void Restart()
    {
        _relay!.Reset();
        _ring = null;
        _requests.Clear();
        Answers.Clear();
    }

    public void OnUsed(int queue)
    {
    }

    public void OnNeedsReset(string why) => NeededReset = why;

    public void OnResetDone() => Start(Offers[^1].Features & ~VirtioFeatures.IndirectDescriptors);

    public bool Pump()
    {
        if (_ring is not { } ring)
            return false;
        do
        {
            while (ring.TryTakeUsed(out UsedElement used))
            {
                (ulong at, int length, bool isRead) = _requests[used.Token];
                byte status = _window.GetSpan(at + 16 + (ulong)length, 1)[0];
                Answers.Add((used.Token, status, isRead ? _window.GetSpan(at + 16, (uint)length).ToArray() : []));
            }
        }
        while (ring.EnableNotifications());
        if (ring.ShouldNotify())
            _relay!.OnAvailable(0);
        return false;
    }

    /// <summary>Asks for something; returns its token.</summary>
    public int Submit(uint type, ulong sector, byte[]? data = null, int readLength = 0)
    {
        int token = _next++, length = data?.Length ?? readLength;
        ulong at = SlotsAt + ((ulong)(token % Slots) * Slot);
        Span<byte> header = _window.GetSpan(at, 16);
        BitConverter.TryWriteBytes(header, type);
        BitConverter.TryWriteBytes(header[8..], sector);
        data?.CopyTo(_window.GetSpan(at + 16, (uint)length));
        _window.GetSpan(at + 16 + (ulong)length, 1)[0] = 0xff;
        var status = new Segment(at + 16 + (ulong)length, 1);
        var body = new Segment(at + 16, (uint)length);
        _requests[token] = (at, length, data is null);
        Assert.True(
            length == 0 ? _ring!.TryAdd([new Segment(at, 16)], [status], token, out _)
            : data is null ? _ring!.TryAdd([new Segment(at, 16)], [body, status], token, out _)
            : _ring!.TryAdd([new Segment(at, 16), body], [status], token, out _));
        return token;
    }

    public void Dispose() => _memory.Dispose();

    private void Start(ulong features)
    {
        _ring = new DriverQueue(_window, _layout, new RingOptions(EventIndex: (features & VirtioFeatures.EventIndex) != 0, LittleEndian: true));
        _relay!.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver);
        _relay.SetFeatures(features);
        _relay.SetStatus(_relay.Status | DeviceStatus.FeaturesOk);
        _relay.SetQueue(0, _window, _layout);
        _relay.SetStatus(_relay.Status | DeviceStatus.DriverOk);
    }
}
