using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>A device that is known late, or lost and found again.</content>
public sealed partial class DeviceRelay
{
    /// <inheritdoc/>
    public void Suspend() => _suspended = _started;

    /// <inheritdoc/>
    public void Resume() => _suspended = false;

    /// <inheritdoc/>
    public void Restart()
    {
        if (!_started)
            return;
        _suspended = false;
        (long repeated, long forfeited) = (Counters.Repeated, Counters.Forfeited);
        for (int i = 0; i < _queues.Length; i++)
        {
            RingLayout layout = _layouts[i];
            _queues[i]?.Restart(() => new DriverQueue(_window!, layout, _ringOptions!));
        }

        RelayLog.DeviceRestarted(Log, Device, Counters.Repeated - repeated, Counters.Forfeited - forfeited);
    }

    /// <summary>The device is known: from here on its id, features and queues are settled.</summary>
    private void Meet(DeviceOffer offer)
    {
        DeviceRow row = DeviceTable.Find(offer.DeviceId);
        _offers =
        [
            .. offer.QueueSizes.Select(size => new QueueOffer((uint)size, (uint)(_pool.Places == 0 ? size : _pool.Places), (uint)PlaceLayout.Room((uint)_pool.PlaceSize))),
        ];
        // Every chain may come in a frame of its own.
        long limit = ControlAllowance + _offers.Sum(queue =>
            queue.Places * ((long)queue.PlaceSize + FrameHeader.Size + PostedPayload.Size + PostedPayload.ShapeSize(PostedPayload.MaximumSegments)));
        Volatile.Write(ref _inboxLimit, limit);
        _generations = new uint[_offers.Length];
        _driverRings = new uint[_offers.Length];
        _queues = new DeviceSideQueue?[_offers.Length];
        _row = row;
        ulong cut = offer.Features & ~row.Features & ~DeviceRow.HopLocal;
        if (cut != 0)
            RelayLog.OfferCut(Log, Device, row.Describe(cut));
    }

    /// <summary>
    /// Tells the driver side what the device is and where this side stands. Until then that side has nothing to go by, and sends nothing but where it stands itself.
    /// </summary>
    private void Introduce(LaneOutput output, DeviceRow row)
    {
        if (!output.CanWrite)
            return;
        DeviceOffer offer = _port.Offer!;
        output.End(Info(offer, row).Write(output.Begin(FrameType.DeviceInfo, Epoch)));
        (_offerChanged, _answerDue, _statusDue, _toldGeneration) = (false, false, false, offer.ConfigurationGeneration);
        var queues = new List<QueueProgress>();
        foreach (DeviceSideQueue? queue in _queues)
        {
            if (queue is not null)
                queues.Add(queue.Progress);
        }

        output.End(new ResumePayload(DriverLife, _deviceLife, _features, (byte)_status, queues) { Writes = _written + 1 }.Write(output.Begin(FrameType.ResumeDevice, Epoch)));
        (_introduced, Live) = (true, _heard);
    }
}
