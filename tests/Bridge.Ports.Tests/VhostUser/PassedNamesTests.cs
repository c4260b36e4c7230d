using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>What a guest and a new device side are told of each other's names when the old device side is gone.</summary>
[Trait("Category", "Resume")]
public sealed class PassedNamesTests
{
    private readonly PassedNames _names = new();
    private readonly Recorder _relay = new();

    public PassedNamesTests() => _names.Begin(littleEndian: true);

    [Fact]
    public void Replaced_NamesOfBothSides_AreWithdrawnFromTheDriverAndAnnouncedToTheDevice()
    {
        _names.Note(0, Message("a", 1024));
        _names.Note(0, Message("b", 1025));
        _names.Note(0, Message("a", 1024, NameServiceFlags.Destroy));
        _names.Note(1, Message("guest", 1030));
        _names.OnDeviceReplaced(_relay);
        Assert.Equal([(0, Message("b", 1025, NameServiceFlags.Destroy))], _relay.Answers, Same);
        Assert.Equal([(1, Message("guest", 1030))], _relay.Told, Same);
    }

    [Fact]
    public void Replaced_Twice_WithdrawsOnceAndAnnouncesAgain()
    {
        _names.Note(0, Message("a", 1024));
        _names.Note(1, Message("guest", 1030));
        _names.OnDeviceReplaced(_relay);
        _names.OnDeviceReplaced(_relay);
        Assert.Single(_relay.Answers);
        Assert.Equal(2, _relay.Told.Count);
    }

    [Fact]
    public void NewLife_OfTheDriver_KnowsNoNames()
    {
        _names.Note(0, Message("a", 1024));
        _names.Note(1, Message("guest", 1030));
        _names.Begin(littleEndian: true);
        _names.OnDeviceReplaced(_relay);
        Assert.Empty(_relay.Answers);
        Assert.Empty(_relay.Told);
    }

    [Fact]
    public void Malformed_Announcements_AreNotNames()
    {
        byte[] good = Message("a", 1024);
        for (int length = 0; length < good.Length; length++)
            _names.Note(0, good.AsSpan(0, length));
        byte[] longer = Message("a", 1024);
        longer[12]++; // The header's length, beyond the message.
        _names.Note(0, longer);
        _names.Note(0, Message("a", RpmsgAddress.Any));
        _names.OnDeviceReplaced(_relay);
        Assert.Empty(_relay.Answers);
    }

    [Fact]
    public void Storm_OfNames_IsRememberedUpToTheBound()
    {
        for (uint i = 0; i < 5000; i++)
            _names.Note(1, Message($"n{i}", 2000 + i));
        _names.OnDeviceReplaced(_relay);
        Assert.Equal(new RpmsgOptions().MaximumAnnouncements, _relay.Told.Count);
    }

    private static bool Same((int Queue, byte[] Message) one, (int Queue, byte[] Message) other) => one.Queue == other.Queue && one.Message.AsSpan().SequenceEqual(other.Message);

    private static byte[] Message(string name, uint address, NameServiceFlags flags = NameServiceFlags.Create)
    {
        byte[] message = new byte[RpmsgHeader.Size + NameServiceMessage.Size];
        new RpmsgHeader(address, RpmsgAddress.NameService, NameServiceMessage.Size).Write(message, littleEndian: true);
        new NameServiceMessage(name, address, flags).Write(message.AsSpan(RpmsgHeader.Size), littleEndian: true);
        return message;
    }

    private sealed class Recorder : IDriverRelay
    {
        public List<(int Queue, byte[] Message)> Answers { get; } = [];

        public List<(int Queue, byte[] Message)> Told { get; } = [];

        public DeviceStatus Status => DeviceStatus.None;

        public void Answer(int queue, ReadOnlySpan<byte> bytes) => Answers.Add((queue, bytes.ToArray()));

        public void Tell(int queue, ReadOnlySpan<byte> bytes) => Told.Add((queue, bytes.ToArray()));

        public void Reset() => throw new NotSupportedException();

        public void SetStatus(DeviceStatus status) => throw new NotSupportedException();

        public void SetFeatures(ulong features) => throw new NotSupportedException();

        public void SetQueue(int queue, Window window, RingLayout layout, ushort nextAvailable, ushort nextUsed) => throw new NotSupportedException();

        public RingIndices StopQueue(int queue) => throw new NotSupportedException();

        public void StartQueue(int queue) => throw new NotSupportedException();

        public bool MoveQueue(int queue, Window window, RingLayout layout) => throw new NotSupportedException();

        public void OnAvailable(int queue) => throw new NotSupportedException();
    }
}
