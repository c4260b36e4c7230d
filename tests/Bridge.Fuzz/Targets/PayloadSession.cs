using Bridge.Link;
using Bridge.Link.Frames.Device;

namespace Bridge.Fuzz.Targets;

/// <summary>Every payload reader: it says BadFrame or what the bytes say, and what it says comes out the same when it is written and read again.</summary>
internal sealed class PayloadSession : IFuzzSession
{
    private readonly byte[] _room = new byte[FrameHeader.MaximumPayload];
    private readonly byte[] _again = new byte[FrameHeader.MaximumPayload];

    public void Dispose()
    {
    }

    public int Step(FuzzRandom random)
    {
        int kind = random.Next(12);
        byte[] payload = ByteMutation.Apply(random, random.OneIn(10) ? Nonsense(random) : Valid(random, kind));
        try
        {
            return Outcome.Of(kind, Read(kind, payload));
        }
        catch (LinkProtocolException fault)
        {
            FuzzFindException.Unless(fault.Reason == CloseReason.BadFrame, $"{fault.Reason} from a reader");
            return Outcome.Of(kind, -1, Outcome.Magnitude(payload.Length));
        }
    }

    private int Read(int kind, byte[] payload)
    {
        switch (kind)
        {
            case 0:
                DeviceInfoPayload info = DeviceInfoPayload.Read(payload);
                Same(info.Write(_room), length => DeviceInfoPayload.Read(_room.AsSpan(0, length)).Write(_again));
                return info.Queues.Count;
            case 1:
                ResumePayload resume = ResumePayload.Read(FrameType.ResumeDriver, payload);
                Same(resume.Write(_room), length => ResumePayload.Read(FrameType.ResumeDriver, _room.AsSpan(0, length)).Write(_again));
                return resume.Queues.Count;
            case 2:
                Same(SetDriverFeaturesPayload.Read(payload).Write(_room), length => SetDriverFeaturesPayload.Read(_room.AsSpan(0, length)).Write(_again));
                return 0;
            case 3:
                Same(SetVirtqueuePayload.Read(payload).Write(_room), length => SetVirtqueuePayload.Read(_room.AsSpan(0, length)).Write(_again));
                return 0;
            case 4:
                Same(DeviceStatusPayload.Read(FrameType.DeviceStatus, payload).Write(_room), length => DeviceStatusPayload.Read(FrameType.DeviceStatus, _room.AsSpan(0, length)).Write(_again));
                return 0;
            case 5:
                return EventConfigurationPayload.Read(payload).Configuration.Length;
            case 6:
                PostedPayload posted = PostedPayload.Read(payload);
                (int readable, int writable) = posted.Count > 0 ? PostedPayload.ReadChain(payload.AsSpan(PostedPayload.Size)) : (1, 0);
                FuzzFindException.Unless(readable + writable is > 0 and <= PostedPayload.MaximumSegments, $"{readable} + {writable} segments");
                return Outcome.Magnitude(readable + writable);
            case 7:
                MorePayload.Read(FrameType.UsedMore, payload);
                return 0;
            case 8:
                return UsedPayload.Read(payload).Count > 0 ? Outcome.Magnitude(UsedEntry.Read(payload.AsSpan(UsedPayload.Size)).Written) : -2;
            case 9:
                if (!Hello.TryRead(payload, out Hello? hello))
                    return -3;
                Same(hello!.Write(_room), length => Hello.TryRead(_room.AsSpan(0, length), out Hello? again) ? again!.Write(_again) : -1);
                return hello.Devices.Count;
            case 10:
                return CloseNotice.TryRead(payload, out CloseNotice close) ? Math.Min((int)close.Reason, 30) : -3;
            default:
                return (LaneOpen.TryRead(payload, out string name) ? name.Length : -3) + (PingToken.TryRead(payload, out _) ? 100 : 0);
        }
    }

    private void Same(int length, Func<int, int> again)
    {
        int second = again(length);
        FuzzFindException.Unless(_room.AsSpan(0, length).SequenceEqual(_again.AsSpan(0, Math.Max(0, second))), $"{length} bytes were read and written as {second}");
    }

    private static byte[] Nonsense(FuzzRandom random)
    {
        byte[] bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Valid(FuzzRandom random, int kind)
    {
        int length = kind switch
        {
            0 => new DeviceInfoPayload(7, 1, random.Next64(), 1, [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Offer(random))], new byte[random.Next(40)]).Write(_room),
            1 => new ResumePayload(random.Next64(), random.Next64(), 0, 15, [.. Enumerable.Range(0, random.Next(6)).Select(i => new QueueProgress((ushort)i, 1, random.Edge(), random.Edge()))]).Write(_room),
            2 => new SetDriverFeaturesPayload(random.Edge()).Write(_room),
            3 => new SetVirtqueuePayload((ushort)random.Next(4), (uint)random.Edge(), (uint)random.Next(4)).Write(_room),
            4 => new DeviceStatusPayload((byte)random.Edge(), random.Next64()).Write(_room),
            5 => EventConfigurationPayload.Write(_room, 1, new byte[random.Next(64)]),
            9 => HelloOf(random).Write(_room),
            10 => new CloseNotice((CloseReason)random.Next(25), new string('x', random.Next(20))).Write(_room),
            11 => random.OneIn(2) ? LaneOpen.Write(_room, "device") : PingToken.Write(_room, random.Next64()),
            _ => -1,
        };
        return length >= 0 ? _room[..length] : Nonsense(random);
    }

    private static QueueOffer Offer(FuzzRandom random) => new(1u << random.Next(16), (uint)random.Next(1, 300), (uint)random.Next(1, 5000));

    /// <summary>A Hello that any gateway could send.</summary>
    public static Hello HelloOf(FuzzRandom random, uint last = 0) => new()
    {
        VersionMinimum = 1,
        VersionMaximum = (ushort)random.Next(1, 3),
        Instance = random.Next64(),
        LastConnection = last,
        Gateway = "peer",
        Devices = [.. Enumerable.Range(0, random.Next(5)).Select(i => new HelloDevice($"d{i}", 7, random.OneIn(2) ? LaneRole.Driver : LaneRole.Device))],
    };
}
