using Bridge.Link.Connections;

namespace Bridge.Link.Tests;

public sealed class FramePumpTests : IDisposable
{
    private readonly GatedStream stream = new();
    private readonly TrafficCounters traffic = new();
    private readonly List<Exception> failures = [];
    private readonly LaneOutput control = new(0, 1);

    public void Dispose() => stream.Dispose();

    private FramePump NewPump() => new(stream, control, traffic, failures.Add);

    private static LaneOutput Lane(FramePump pump, ushort number)
    {
        LaneOutput lane = new(number, 1);
        pump.Add(lane);
        return lane;
    }

    private int[] LanesWritten() => [.. stream.Writes.Select(bytes => (int)Header(bytes).Lane)];

    private static FrameHeader Header(byte[] bytes)
    {
        Assert.True(FrameHeader.TryRead(bytes, out FrameHeader header));
        return header;
    }

    [Fact]
    public void Flush_NoWriteInFlight_WritesOnTheCallingThread()
    {
        LaneOutput lane = Lane(NewPump(), 1);
        Parsed.Write(lane, [1]);
        Parsed.Write(lane, [2]);
        lane.Flush();
        Assert.Equal(2 * (FrameHeader.Size + 1), Assert.Single(stream.Writes).Length);
        Assert.Equal(2 * (FrameHeader.Size + 1), traffic.Sent);
    }

    [Fact]
    public void Flush_WriteInFlight_ControlFirstThenLanesInTurn()
    {
        FramePump pump = NewPump();
        LaneOutput one = Lane(pump, 1);
        LaneOutput two = Lane(pump, 2);
        LaneOutput three = Lane(pump, 3);
        stream.Held = true;
        Parsed.Write(two, [1]);
        two.Flush();
        foreach (LaneOutput lane in (LaneOutput[])[one, two, three])
        {
            Parsed.Write(lane, [2]);
            lane.Flush();
        }

        Parsed.Write(control, new byte[8], FrameType.Ping, 0);
        control.Flush();
        Assert.Empty(stream.Writes);
        stream.Held = false;
        stream.Release();
        Assert.Equal([2, 0, 3, 1, 2], LanesWritten());
    }

    [Fact]
    public void Writable_WriteInFlight_RaisedBeforeItEnds()
    {
        FramePump pump = NewPump();
        LaneOutput lane = Lane(pump, 1);
        int raised = 0;
        lane.Writable = () => raised++;
        while (lane.CanWrite)
            Parsed.Write(lane, new byte[FrameHeader.MaximumPayload]);
        stream.Held = true;
        lane.Flush();
        Assert.Equal(1, raised);
        Assert.True(lane.CanWrite);
    }

    [Fact]
    public void Write_Fails_ReportedOnceAndNothingMoreIsWritten()
    {
        FramePump pump = NewPump();
        LaneOutput lane = Lane(pump, 1);
        stream.Held = true;
        Parsed.Write(lane, [1]);
        lane.Flush();
        stream.Held = false;
        stream.Release(new IOException("cut"));
        Parsed.Write(lane, [2]);
        lane.Flush();
        Assert.Equal("cut", Assert.Single(failures).Message);
        Assert.Empty(stream.Writes);
        Assert.True(pump.StopAsync().IsCompletedSuccessfully);
        Assert.True(pump.FinishAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task FinishAsync_WriteInFlight_WritesControlOnlyAndThenCompletes()
    {
        FramePump pump = NewPump();
        LaneOutput lane = Lane(pump, 1);
        stream.Held = true;
        Parsed.Write(lane, [1]);
        lane.Flush();
        Parsed.Write(lane, [2]);
        Parsed.Write(control, [], FrameType.Close, 0);
        Task finished = pump.FinishAsync();
        Assert.False(finished.IsCompleted);
        stream.Held = false;
        stream.Release();
        await finished.WaitAsync(Signal.Bound);
        Assert.Equal([1, 0], LanesWritten());
        lane.Flush();
        Assert.Equal(2, stream.Writes.Count);
    }

    [Fact]
    public async Task StopAsync_WriteInFlight_CompletesWithIt()
    {
        FramePump pump = NewPump();
        LaneOutput lane = Lane(pump, 1);
        stream.Held = true;
        Parsed.Write(lane, [1]);
        lane.Flush();
        Task stopped = pump.StopAsync();
        Assert.False(stopped.IsCompleted);
        stream.Release(new IOException("aborted"));
        await stopped.WaitAsync(Signal.Bound);
        Parsed.Write(lane, [2]);
        lane.Flush();
        Assert.Empty(stream.Writes);
    }

    [Fact]
    public async Task Flush_FromManyThreads_EveryFrameOnceInOrderAndOneWriteAtATime()
    {
        const int Frames = 5000;
        FramePump pump = NewPump();
        LaneOutput[] lanes = [.. Enumerable.Range(1, 3).Select(number => Lane(pump, (ushort)number))];
        await Task.WhenAll(lanes.Select(lane => Task.Run(() =>
        {
            for (int i = 0; i < Frames; i++)
            {
                // The stream takes everything at once: room comes back with the next look.
                SpinWait.SpinUntil(() => lane.CanWrite);
                BitConverter.TryWriteBytes(lane.Begin(FrameType.Posted, 1), i);
                lane.End(sizeof(int));
                lane.Flush();
            }
        }))).WaitAsync(Signal.Bound);
        await pump.FinishAsync().WaitAsync(Signal.Bound);

        Assert.Empty(failures);
        FrameParser parser = new();
        parser.Join(1, 3);
        int[] next = new int[4];
        foreach (byte[] write in stream.Writes)
        {
            foreach (Parsed frame in Parsed.All(parser, write))
                Assert.Equal(next[frame.Header.Lane]++, BitConverter.ToInt32(frame.Payload));
        }

        Assert.Equal([0, Frames, Frames, Frames], next);
    }
}
