using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Writes of the driver to the configuration space, by value: at the driver side of a block device, and at the device side.</summary>
public sealed class ConfigurationWriteTests : IDisposable
{
    private const int Writeback = 32;
    private const ulong Features = VirtioFeatures.Version1 | 1UL << 11;

    private readonly DriverRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Write_WhileTheDeviceRuns_IsShownAtOnceAndSentOnce()
    {
        Run();
        Assert.Equal(1, Write(1)!.Configuration.Span[Writeback]);
        Assert.Equal(["1: 32 01"], Sent());
        Assert.Empty(Sent());
        Answer(1, 1);
        Assert.Empty(Sent());
        Assert.Equal((1, 0), (_rig.Counters.ConfigurationWrites, _rig.Counters.RefusedConfigurationWrites));
    }

    [Fact]
    public void Writes_WhileOneIsNotAnswered_MergeIntoTheNewest()
    {
        Run();
        for (byte i = 1; i <= 10; i++)
        {
            Write(i);
            _rig.Pump();
        }

        Assert.Equal(["1: 32 01"], Sent());
        Answer(1, 1);
        Assert.Equal(["10: 32 0A"], Sent());
    }

    [Fact]
    public void Write_BeforeTheLifeBegins_GoesBetweenFeaturesAndDriverOk()
    {
        Meet();
        Write(1);
        Start();
        _rig.Pump();
        Assert.Equal(
            [FrameType.SetDeviceStatus, FrameType.SetDriverFeatures, FrameType.SetConfiguration, FrameType.SetVirtqueue, FrameType.SetDeviceStatus],
            _rig.Peer.Take().Select(frame => frame.Type).Where(type => type != FrameType.ResumeDriver));
    }

    /// <summary>What the device side states after a cut, and what is sent then: two writes were made before it, the second one not sent.</summary>
    [Theory]
    [InlineData(1, "2: 32 02")] // The first one was lost, and the second one covers it.
    [InlineData(2, "2: 32 02")]
    [InlineData(3, "")]
    public void Cut_WithWritesUnderWay_SendsOnlyWhatIsMissing(uint stated, string sent)
    {
        Run();
        Write(1);
        _rig.PumpAndTake();
        Write(2);
        _rig.Peer.Down();
        UpAgain(stated, 0);
        Assert.Equal(sent, string.Join(", ", Sent()));
        Assert.Equal(stated == 3 ? 0 : 2, _rig.Driver.Offers[^1].Configuration.Span[Writeback]);
    }

    [Fact]
    public void Cut_WithAllAnswered_RepeatsNothing()
    {
        Run();
        Write(1);
        _rig.PumpAndTake();
        Answer(1, 1);
        _rig.Peer.Down();
        // The device has changed it meanwhile: that is what counts now.
        UpAgain(2, 0);
        Assert.Empty(Sent());
        Assert.Equal(0, _rig.Driver.Offers[^1].Configuration.Span[Writeback]);
    }

    [Fact]
    public void Event_ThatCrossesAWrite_BringsNoOlderValueBack()
    {
        Run();
        Write(1);
        _rig.PumpAndTake();
        _rig.Give(FrameType.EventConfiguration, PeerFrames.Configuration(2, Space(0, first: 9)));
        _rig.Pump();
        Assert.Equal((9, 1), (_rig.Driver.Offers[^1].Configuration.Span[0], _rig.Driver.Offers[^1].Configuration.Span[Writeback]));
        // Answered: from here on the device's word counts.
        Answer(1, 1, generation: 2);
        _rig.Give(FrameType.EventConfiguration, PeerFrames.Configuration(3, Space(0)));
        _rig.Pump();
        Assert.Equal(0, _rig.Driver.Offers[^1].Configuration.Span[Writeback]);
    }

    [Fact]
    public void Answer_WithAnotherValue_IsTheDevicesRefusal()
    {
        Run();
        Write(1);
        _rig.PumpAndTake();
        Answer(1, 0);
        Assert.Equal(0, _rig.Driver.Offers[^1].Configuration.Span[Writeback]);
    }

    [Theory]
    [InlineData(31u, 1)]
    [InlineData(33u, 1)]
    [InlineData(32u, 2)]
    [InlineData(31u, 2)]
    [InlineData(0u, 60)]
    [InlineData(60u, 1)]
    [InlineData(uint.MaxValue, 1)]
    [InlineData(32u, 0)]
    public void Write_WhereNoDriverMayWrite_IsIgnoredCountedAndLoggedOnce(uint offset, int length)
    {
        Run();
        Assert.Null(_rig.Relay.WriteConfiguration(offset, new byte[length]));
        Assert.Null(_rig.Relay.WriteConfiguration(offset, new byte[length]));
        Assert.Empty(Sent());
        Assert.Equal(2, _rig.Counters.RefusedConfigurationWrites);
        Assert.Single(_rig.Log.Lines, line => line.Text.Contains("may not write", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_OfAFieldWhoseFeatureIsNotOffered_IsIgnored()
    {
        Meet(features: VirtioFeatures.Version1);
        Assert.Null(Write(1));
    }

    [Fact]
    public void Write_ToAGatewayThatKnowsNone_IsRefusedOrForgotten()
    {
        Run();
        Write(1);
        _rig.Peer.Down();
        UpAgain(0, 0);
        Assert.Empty(Sent());
        Assert.Equal(0, _rig.Driver.Offers[^1].Configuration.Span[Writeback]);
        Assert.Single(_rig.Log.Lines, line => line.Text.Contains("too old", StringComparison.Ordinal));
        Assert.Null(Write(1));
    }

    [Fact]
    public void Reset_ForgetsWhatWasWritten()
    {
        Run();
        _rig.Peer.Down();
        Write(1);
        _rig.Relay.Reset();
        _rig.Pump();
        Assert.Equal(0, _rig.Driver.Offers[^1].Configuration.Span[Writeback]);
    }

    [Fact]
    public void Answer_OfAnEarlierLife_CountsForItsSpaceOnly()
    {
        Run();
        uint epoch = _rig.Epoch;
        Write(1);
        _rig.PumpAndTake();
        _rig.Relay.Reset();
        _rig.Give(FrameType.Configuration, PeerFrames.Answer(1, 5, Space(1)), epoch);
        _rig.Pump();
        Assert.Equal((5u, 1), (_rig.Driver.Offers[^1].ConfigurationGeneration, _rig.Driver.Offers[^1].Configuration.Span[Writeback]));
        Assert.Equal(1, _rig.Counters.Stale);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Answer_ToAWriteThatWasNotSent_BreaksTheProtocol(uint number)
    {
        Run();
        Write(1);
        _rig.PumpAndTake();
        _rig.Refuses(CloseReason.ProtocolViolation, FrameType.Configuration, PeerFrames.Answer(number, 1, Space(0)));
    }

    [Fact]
    public void Statement_OfWritesThatWereNeverMade_EndsTheEpoch()
    {
        Run();
        _rig.Peer.Down();
        UpAgain(2, 0);
        _rig.Pump();
        Assert.Single(_rig.Driver.ResetDemands);
    }

    [Fact]
    public void DeviceSide_TakesAWrite_AndAnswersWithTheSpace()
    {
        using DeviceRig rig = RunDevice();
        rig.Give(FrameType.SetConfiguration, PeerFrames.Write(3, Writeback, 1));
        Frame answer = Assert.Single(rig.PumpAndTake(), frame => frame.Type == FrameType.Configuration);
        ConfigurationPayload payload = ConfigurationPayload.Read(answer.Payload);
        Assert.Equal((3u, 1u, 1), (payload.Number, payload.Generation, payload.Configuration[Writeback]));
        Assert.Equal((Writeback, 1), (rig.Device.Writes.Single().Offset, rig.Device.Writes.Single().Bytes.Single()));
        Assert.Empty(rig.PumpAndTake());
        rig.Peer.Down();
        rig.Peer.Up();
        Frame resume = Assert.Single(rig.Peer.Take(), frame => frame.Type == FrameType.ResumeDevice);
        Assert.Equal(4u, ResumePayload.Read(resume.Type, resume.Payload).Writes);
    }

    [Theory]
    [InlineData(33, false)]
    [InlineData(4000, false)]
    [InlineData(Writeback, true)]
    public void DeviceSide_OfAWriteThatIsNotTaken_AnswersWithWhatItHas(int offset, bool refused)
    {
        using DeviceRig rig = RunDevice();
        rig.Device.RefusesWrites = refused;
        rig.Give(FrameType.SetConfiguration, PeerFrames.Write(1, offset, 1));
        Frame answer = Assert.Single(rig.PumpAndTake(), frame => frame.Type == FrameType.Configuration);
        Assert.False(ConfigurationPayload.Read(answer.Payload).Configuration.ContainsAnyExcept((byte)0));
        Assert.Equal((0, 1), (rig.Counters.ConfigurationWrites, rig.Counters.RefusedConfigurationWrites));
        Assert.Single(rig.Log.Lines, line => line.Text.Contains("may not write", StringComparison.Ordinal));
    }

    [Fact]
    public void DeviceSide_OfNumbersThatDoNotGoUp_ClosesTheConnection()
    {
        using DeviceRig rig = RunDevice();
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.SetConfiguration, PeerFrames.Write(0, Writeback, 1));
        rig.Give(FrameType.SetConfiguration, PeerFrames.Write(2, Writeback, 1));
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.SetConfiguration, PeerFrames.Write(2, Writeback, 0));
    }

    [Fact]
    public void DeviceSide_OfAnotherEpoch_IsDiscardedAndCounted()
    {
        using DeviceRig rig = RunDevice();
        rig.Give(FrameType.SetConfiguration, PeerFrames.Write(1, Writeback, 1), DeviceRig.Epoch - 1);
        Assert.Empty(rig.PumpAndTake());
        Assert.Equal(1, rig.Counters.Stale);
    }

    [Fact]
    public void DeviceSide_ResetBeforeTheDeviceRan_TellsThePort()
    {
        using DeviceRig rig = RunDevice();
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, DeviceRig.Life + 1));
        rig.Give(FrameType.SetConfiguration, PeerFrames.Write(1, 0, 1));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, DeviceRig.Life + 2));
        Assert.Equal(2, rig.Device.Stops);
    }

    private static byte[] Space(byte writeback, byte first = 0)
    {
        byte[] space = new byte[60];
        (space[0], space[Writeback]) = (first, writeback);
        return space;
    }

    private static byte[] Info(ulong features, byte writeback)
    {
        byte[] room = new byte[512];
        int length = new DeviceInfoPayload(DeviceTable.Block, 0, features, 1, [new QueueOffer(8, 8, 256)], Space(writeback)).Write(room);
        return room[..length];
    }

    private static DeviceRig RunDevice()
    {
        var rig = new DeviceRig(offer: own => own with { DeviceId = DeviceTable.Block, Features = Features, Configuration = Space(0) });
        rig.Up();
        rig.Begin(Features);
        rig.PumpAndTake();
        return rig;
    }

    private void Meet(ulong features = Features)
    {
        _rig.Peer.Up();
        _rig.Give(FrameType.DeviceInfo, Info(features, 0));
        _rig.Give(FrameType.ResumeDevice, PeerFrames.ResumeWith(1, 0, DriverRig.DeviceLife, 0, 0), epoch: 0);
        _rig.Pump();
    }

    private void Start() => _rig.Driver.Start(Features, ringSize: 8, queues: 1);

    private void Run()
    {
        Meet();
        Start();
        _rig.PumpAndTake();
    }

    private void UpAgain(uint writes, byte writeback)
    {
        _rig.Peer.Up();
        _rig.Give(FrameType.DeviceInfo, Info(Features, writeback));
        _rig.Give(FrameType.ResumeDevice, PeerFrames.ResumeWith(
            writes, _rig.Relay.DriverLife, DriverRig.DeviceLife, Features, (byte)FakeDriver.Running, new QueueProgress(0, _rig.Generation(0), 0, 0)));
    }

    private DeviceOffer? Write(byte value) => _rig.Relay.WriteConfiguration(Writeback, [value]);

    private void Answer(uint number, byte writeback, uint generation = 1)
    {
        _rig.Give(FrameType.Configuration, PeerFrames.Answer(number, generation, Space(writeback)));
        _rig.Pump();
    }

    private List<string> Sent()
    {
        var writes = new List<string>();
        foreach (Frame frame in _rig.PumpAndTake().Where(frame => frame.Type == FrameType.SetConfiguration))
        {
            SetConfigurationPayload payload = SetConfigurationPayload.Read(frame.Payload);
            writes.Add($"{payload.Number}: {payload.Offset} {Convert.ToHexString(payload.Bytes)}");
        }

        return writes;
    }
}
