using System.Text;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Fuzz.Targets;

/// <summary>The rpmsg bus of either role against messages of any content: name service, address service, flow, data; and against rings that are written over.</summary>
internal sealed class RpmsgSession : IFuzzSession, IRpmsgHandler
{
    private const ulong Base = 0x4000_0000;

    private static readonly RpmsgOptions s_options = new(16, 128, MaximumAnnouncements: 20);

    private readonly HeapMemory _memory = new(RpmsgDriverRings.RequiredMemory(s_options));
    private readonly Window _window;
    private readonly RpmsgRole _role;
    private readonly ulong _features;
    private readonly RpmsgBus _bus;
    private readonly List<RpmsgEndpoint> _endpoints = [];
    private FuzzRandom _random;
    private RpmsgDriverRings? _driver;
    private RpmsgRings? _hostile;
    private int _events;

    public RpmsgSession(FuzzRandom random)
    {
        _random = random;
        _window = new Window(new WindowRegion(Base, _memory));
        _role = random.OneIn(2) ? RpmsgRole.Device : RpmsgRole.Driver;
        _features = VirtioFeatures.Version1 | RpmsgFeatures.NameService | (random.OneIn(2) ? RpmsgFeatures.Flow : 0) | (random.OneIn(2) ? RpmsgFeatures.AddressService : 0)
            | (random.OneIn(2) ? VirtioFeatures.EventIndex : 0);
        _bus = new RpmsgBus(s_options, this);
        for (uint i = 0; i < 4; i++)
            _endpoints.Add(_bus.CreateEndpoint($"e{i}", 30 + i));
        _bus.Announce(_endpoints[0]);
        _bus.Announce(_endpoints[1]);
        Attach();
    }

    public void Dispose() => _memory.Dispose();

    public int Step(FuzzRandom random)
    {
        (_random, _events) = (random, 0);
        int fault = -1;
        try
        {
            for (int i = random.Next(4); i > 0; i--)
                Send(random);
            while (random.Next(3) > 0 && _hostile!.TryReceive(out _, out int token))
                _hostile.Release(token);
            if (random.OneIn(100))
                Scribble(random);
            Act(random);
            _bus.Pump(random.Next(1, 20));
            _bus.Arm();
        }
        catch (RingFaultException broken)
        {
            fault = (int)broken.Fault;
            _bus.Detach();
            Attach();
        }

        FuzzFindException.Unless(_bus.Announcements.Count <= s_options.MaximumAnnouncements, $"{_bus.Announcements.Count} announcements");
        return Outcome.Of(fault, _events, _bus.Announcements.Count, _bus.Held ? 1 : 0, _bus.TransmitBlocked ? 1 : 0, (int)_role);
    }

    private void Attach()
    {
        _driver = new RpmsgDriverRings(_window, Base, s_options, _features);
        var ring = new RingOptions(EventIndex: (_features & VirtioFeatures.EventIndex) != 0);
        var device = new RpmsgDeviceRings(_window, new DeviceQueue(_window, _driver.Receive, ring), new DeviceQueue(_window, _driver.Transmit, ring), s_options);
        (RpmsgRings own, _hostile) = _role == RpmsgRole.Device ? ((RpmsgRings)device, (RpmsgRings)_driver) : (_driver, device);
        _bus.Attach(own, _features);
    }

    private void Act(FuzzRandom random)
    {
        RpmsgEndpoint endpoint = random.Pick<RpmsgEndpoint>([.. _endpoints]);
        switch (random.Next(12))
        {
            case 0:
                _bus.Announce(endpoint);
                break;
            case 1:
                _bus.Withdraw(endpoint);
                break;
            case 2:
                TrySend(endpoint.Address, (uint)random.Next(1000), new byte[random.Next(s_options.MaximumPayload + 1)]);
                break;
            case 3 when _role == RpmsgRole.Driver && _bus.Announcements.Count > 0:
                (string name, uint address) = _bus.Announcements.First();
                _bus.Assign(name, endpoint.Address, address);
                break;
            case 4:
                _bus.SendFlow(new FlowMessage(FlowKind.Credit, endpoint.Address, (uint)random.Next(5), (uint)random.Next()));
                break;
            case 5 when random.OneIn(20):
                _bus.Detach();
                Attach();
                break;
        }
    }

    private void TrySend(uint source, uint destination, byte[] payload)
    {
        try
        {
            _bus.TrySend(source, destination, payload);
        }
        catch (RpmsgException refused) when (refused.Error == RpmsgError.MessageTooLong)
        {
            // A driver may lend buffers that are shorter than a message: the sender is told so.
            _events |= 64;
        }
    }

    /// <summary>A message as the hostile side likes it, in a buffer of its own.</summary>
    private void Send(FuzzRandom random)
    {
        if (!_hostile!.TryReserve(out Span<byte> buffer))
            return;
        byte[] message = Message(random);
        if (random.OneIn(2))
            message = ByteMutation.Apply(random, message);
        int length = Math.Clamp(message.Length, RpmsgHeader.Size, buffer.Length);
        message.AsSpan(0, Math.Min(length, message.Length)).CopyTo(buffer);
        _hostile.Commit(length);
    }

    private static byte[] Message(FuzzRandom random)
    {
        byte[] payload;
        uint destination;
        switch (random.Next(5))
        {
            case 0 or 1:
                (payload, destination) = (new byte[NameServiceMessage.Size], RpmsgAddress.NameService);
                new NameServiceMessage($"n{random.Next(30)}", 1024u + (uint)random.Next(3), random.OneIn(3) ? NameServiceFlags.Destroy : NameServiceFlags.Create | (NameServiceFlags)(random.Next(4) << 1)).Write(payload, littleEndian: true);
                break;
            case 2:
                (payload, destination) = (new byte[AddressServiceMessage.Size], RpmsgAddress.AddressService);
                new AddressServiceMessage($"e{random.Next(5)}", (uint)random.Next(2000), 30u + (uint)random.Next(5), random.OneIn(3) ? AddressServiceFlags.Free : AddressServiceFlags.Assign).Write(payload, littleEndian: true);
                break;
            case 3:
                (payload, destination) = (new byte[FlowMessage.Size], RpmsgAddress.Flow);
                new FlowMessage((FlowKind)random.Next(5), (uint)random.Next(2000), 30u + (uint)random.Next(5), (uint)random.Edge()).Write(payload);
                break;
            default:
                (payload, destination) = (Encoding.ASCII.GetBytes(new string('m', random.Next(100))), 30u + (uint)random.Next(6));
                break;
        }

        byte[] message = new byte[RpmsgHeader.Size + payload.Length];
        new RpmsgHeader((uint)random.Next(2000), destination, (ushort)payload.Length).Write(message, littleEndian: true);
        payload.CopyTo(message, RpmsgHeader.Size);
        return message;
    }

    private void Scribble(FuzzRandom random)
    {
        RingLayout ring = random.OneIn(2) ? _driver!.Receive : _driver!.Transmit;
        ulong length = ring.Used + RingLayout.UsedLength(ring.Size) - ring.Descriptors;
        _window.GetSpan(ring.Descriptors + (ulong)random.Next((int)length), 1)[0] = (byte)random.Edge();
    }

    void IRpmsgHandler.OnAnnounced(string name, uint address)
    {
        FuzzFindException.Unless(name.Length is > 0 and <= NameServiceMessage.MaximumNameLength && address != RpmsgAddress.Any, $"announced: {name} at {address}");
        _events |= 1;
    }

    void IRpmsgHandler.OnWithdrawn(string name, uint address) => _events |= 2;

    bool IRpmsgHandler.OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
    {
        FuzzFindException.Unless(payload.Length <= s_options.MaximumPayload, $"a message of {payload.Length} bytes");
        _events |= 4;
        return _random.Next(4) > 0;
    }

    void IRpmsgHandler.OnFlow(in FlowMessage message) => _events |= 8;

    bool IRpmsgHandler.OnAssigned(RpmsgEndpoint endpoint, uint destination)
    {
        _events |= 16;
        return _random.Next(4) > 0;
    }

    void IRpmsgHandler.OnFreed(RpmsgEndpoint endpoint, uint destination) => _events |= 32;
}
