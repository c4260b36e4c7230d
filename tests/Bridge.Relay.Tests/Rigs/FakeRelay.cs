using Bridge.Link;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>A relay that notes what its host does with it.</summary>
internal sealed class FakeRelay(TimeProvider time) : Relay("dev", time, new CapturedLog()), IDisposable
{
    public List<string> Calls { get; } = [];

    public long Limit { get; set; } = 1000;

    public long? Due { get; set; }

    public Action? Pumped { get; set; }

    public Action<FrameHeader>? Received { get; set; }

    public bool More { get; set; }

    public override long InboxLimit => Limit;

    public override long? Deadline => Due;

    public override void Receive(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Calls.Add($"frame {(byte)header.Type} {Convert.ToHexString(payload)}");
        Received?.Invoke(header);
    }

    public override bool Pump()
    {
        Calls.Add("pump");
        Pumped?.Invoke();
        bool more = More;
        More = false;
        return more;
    }

    public override RelayStatus ReadStatus() => throw new NotSupportedException("hosts never ask");

    public void Dispose() => Calls.Add("dispose");

    public override bool TakeFlush() => true;

    private protected override void OnLaneUp(LaneOutput output) => Calls.Add($"up {output.Connection}");

    private protected override void OnLaneDown() => Calls.Add("down");
}
