using System.Buffers.Binary;

namespace Bridge.Rpmsg.Tests;

/// <summary>One side of a burst: works in small steps, arms, sleeps, and is woken by doorbells or by its own slow reader. Each message is its number, its length and bytes that follow from both.</summary>
internal sealed class BurstSide : IRpmsgHandler
{
    private readonly RpmsgRings _rings;
    private readonly Random _random;
    private readonly int _messages;
    private readonly string _scenario;
    private int _sent;
    private bool _isReaderBusy;
    private bool _isPeerAnnounced;

    public BurstSide(RpmsgRings rings, RpmsgOptions options, ulong features, Random random, int messages, string scenario)
    {
        _rings = rings;
        _random = random;
        _messages = messages;
        _scenario = scenario;
        Bus = new RpmsgBus(options, this);
        Endpoint = Bus.CreateEndpoint("burst");
        Bus.Announce(Endpoint);
        Bus.Attach(rings, features);
    }

    public RpmsgBus Bus { get; }

    public RpmsgEndpoint Endpoint { get; }

    public RpmsgEndpoint? Destination { get; set; }

    public int Received { get; private set; }

    public bool IsAsleep { get; private set; }

    public bool HeldOnce { get; private set; }

    /// <summary>The application took no message; it will, a little later.</summary>
    public bool IsReaderBusy => _isReaderBusy;

    public bool IsDone => _sent == _messages && Received == _messages;

    public string Progress => $"sent {_sent}, received {Received}, held {Bus.Held}, blocked {Bus.TransmitBlocked}";

    public long Faults => Bus.Counters.ShortHeader + Bus.Counters.LengthBeyondBuffer + Bus.Counters.UnknownAddress + Bus.Counters.RingFaults + Bus.Counters.BadNameService
        + Bus.Counters.UnknownWithdrawal + Bus.Counters.DuplicateAnnouncement + Bus.Counters.BufferTooSmall + Bus.Counters.ReportBeyondBuffer;

    public void Wake() => IsAsleep = false;

    /// <summary>Does a little work. True: the other side's doorbell rings.</summary>
    public bool Step()
    {
        if (_isReaderBusy && _random.Next(20) == 0)
        {
            _isReaderBusy = false;
            IsAsleep = false;
        }

        if (IsAsleep)
        {
            return false;
        }

        bool wantsToSend = _sent < _messages;
        bool isBlocked = false;
        if (_random.Next(3) != 0)
        {
            for (int i = _random.Next(1, 40); i > 0 && _sent < _messages && !isBlocked; i--)
            {
                isBlocked = !TrySendNext();
            }
        }

        if (_random.Next(200) == 0)
        {
            Bus.Withdraw(Endpoint);
            Bus.Announce(Endpoint);
        }

        bool more = Bus.Pump(_random.Next(1, 60));
        if (more || (wantsToSend && !isBlocked))
        {
            return _random.Next(2) == 0 && _rings.TakeNotifications() != 0;
        }

        bool rings = _rings.TakeNotifications() != 0;
        IsAsleep = !Bus.Arm();
        return rings;
    }

    public bool OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
    {
        if (_isReaderBusy || _random.Next(50) == 0)
        {
            HeldOnce = true;
            _isReaderBusy = true;
            return false;
        }

        int number = BinaryPrimitives.ReadInt32LittleEndian(payload);
        if (number != Received || BinaryPrimitives.ReadInt32LittleEndian(payload[4..]) != payload.Length)
        {
            Assert.Fail($"{_scenario}: message {number} of {payload.Length} bytes instead of message {Received}");
        }

        for (int i = 8; i < payload.Length; i++)
        {
            if (payload[i] != Pattern(number, i))
            {
                Assert.Fail($"{_scenario}: message {number} differs at {i}");
            }
        }

        Received++;
        return true;
    }

    public void OnAnnounced(string name, uint address)
    {
        Assert.False(_isPeerAnnounced, $"{_scenario}: announced twice");
        _isPeerAnnounced = true;
    }

    public void OnWithdrawn(string name, uint address)
    {
        Assert.True(_isPeerAnnounced, $"{_scenario}: withdrawn before it was announced");
        _isPeerAnnounced = false;
    }

    public void OnFlow(in FlowMessage message) => Assert.Fail($"{_scenario}: nobody sent a flow message");

    public bool OnAssigned(RpmsgEndpoint endpoint, uint destination)
    {
        Assert.Fail($"{_scenario}: nobody assigned a destination");
        return false;
    }

    public void OnFreed(RpmsgEndpoint endpoint, uint destination) => Assert.Fail($"{_scenario}: nobody freed a destination");

    private static byte Pattern(int number, int index) => (byte)(number + (index * 7));

    private bool TrySendNext()
    {
        if (!Bus.TryReserve(out Span<byte> payload))
        {
            return false;
        }

        int most = _random.Next(50) == 0 ? payload.Length : Math.Min(payload.Length, 80);
        int length = _random.Next(8, most + 1);
        BinaryPrimitives.WriteInt32LittleEndian(payload, _sent);
        BinaryPrimitives.WriteInt32LittleEndian(payload[4..], length);
        for (int i = 8; i < length; i++)
        {
            payload[i] = Pattern(_sent, i);
        }

        Bus.Commit(Endpoint.Address, Destination!.Address, length);
        _sent++;
        return true;
    }
}
