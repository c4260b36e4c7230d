using Bridge.Link;
using Bridge.Relay;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.LoadTests.Engine;

/// <summary>Both sides of the engine on one thread; the lanes' bytes go from one to the other as pumps and readers of a link would carry them.</summary>
internal sealed class JoinedEngine : IAsyncDisposable
{
    private readonly LaneOutput _fromDriver = new(1, 1), _fromDevice = new(1, 1);
    private readonly FrameParser _toDriver = new(), _toDevice = new();
    private readonly EngineDriverPort _driver;
    private readonly DeviceHost _driverSide, _deviceSide;

    /// <param name="ring">Entries; a turn takes all of them only as far as they fit into an output (256 KiB, less a frame).</param>
    /// <param name="length">Bytes of a message.</param>
    public JoinedEngine(int ring, int length)
    {
        RpmsgOptions options = new(ring, Math.Max(512, length + RpmsgHeader.Size));
        _driver = new EngineDriverPort(options, static () => { });
        _driverSide = new DeviceHost(new DriverRelay("engine", _driver, TimeProvider.System, NullLogger.Instance), TimeProvider.System, NullLogger.Instance);
        DeviceRelay device = new("engine", new EngineDevicePort(options, static () => { }), new PoolOptions(PlaceSize: options.BufferSize), TimeProvider.System, NullLogger.Instance);
        _deviceSide = new DeviceHost(device, TimeProvider.System, NullLogger.Instance);
        _toDriver.Join(1, 1);
        _toDevice.Join(1, 1);
        ((ILaneHandler)_driverSide).OnLaneUp(_fromDriver);
        ((ILaneHandler)_deviceSide).OnLaneUp(_fromDevice);
        Settle();
        if (!_driver.Running.IsCompleted)
            throw new InvalidOperationException("the device did not come up");
        _ = _driver.Begin(EngineWork.OneWay, length, 0);
        Settle();
    }

    /// <summary>Messages sent so far.</summary>
    public long Sent => _driver.Sent;

    /// <summary>Bytes that the driver side gave to its transport so far.</summary>
    public long BytesToDevice { get; private set; }

    /// <summary>A ring full of messages: sent, carried, taken, and the buffers back.</summary>
    public void Turn()
    {
        _driverSide.Turn.Run();
        BytesToDevice += Carry(_fromDriver, _toDevice, _deviceSide);
        Carry(_fromDevice, _toDriver, _driverSide);
    }

    public async ValueTask DisposeAsync()
    {
        await _driverSide.DisposeAsync();
        await _deviceSide.DisposeAsync();
    }

    private void Settle()
    {
        for (int i = 0; i < 16; i++)
            Turn();
    }

    private static int Carry(LaneOutput output, FrameParser parser, ILaneHandler handler)
    {
        if (!output.TryTake(out ReadOnlyMemory<byte> taken))
            return 0;
        ReadOnlySpan<byte> bytes = taken.Span;
        while (parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
            handler.OnFrame(header, payload);
        output.Release();
        handler.OnBatchEnd();
        return taken.Length;
    }
}
