using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

// What the device side says, frame by frame.
public sealed partial class DriverRelay
{
    /// <inheritdoc/>
    public override void Receive(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.DeviceInfo:
                TakeOffer(DeviceInfoPayload.Read(payload));
                break;
            case FrameType.ResumeDevice:
                TakeResume(header.Epoch, ResumePayload.Read(header.Type, payload));
                break;
            case FrameType.EventConfiguration or FrameType.Configuration or FrameType.DeviceStatus or FrameType.Used or FrameType.UsedMore when !Live:
                throw Unexpected(header.Type, "before both sides have stated where they stand");
            case FrameType.EventConfiguration:
                TakeConfiguration(EventConfigurationPayload.Read(payload));
                break;
            case FrameType.Configuration:
                TakeConfiguration(header.Epoch, ConfigurationPayload.Read(payload));
                break;
            case FrameType.DeviceStatus or FrameType.Used or FrameType.UsedMore when header.Epoch != Epoch:
                Counters.Stale++;
                break;
            case FrameType.DeviceStatus:
                TakeStatus(DeviceStatusPayload.Read(header.Type, payload));
                break;
            case FrameType.Used:
                UsedPayload burst = UsedPayload.Read(payload);
                Queue(burst.Queue, burst.Generation)?.ApplyUsed(payload);
                break;
            case FrameType.UsedMore:
                MorePayload more = MorePayload.Read(header.Type, payload);
                Queue(more.Queue, more.Generation)?.ApplyUsedMore(payload);
                break;
            default:
                throw Unexpected(header.Type, "at a driver side");
        }
    }

    /// <summary>The queue that data frames name; null (and counted) if it is of an older generation, or of a life that has ended on this side only.</summary>
    private DriverSideQueue? Queue(ushort index, uint generation)
    {
        if (!_ended)
        {
            if (index >= _queues.Length || _queues[index] is not { } queue)
                throw new LinkProtocolException(CloseReason.ProtocolViolation, $"queue {index} is not set");
            if (queue.Generation == generation)
                return queue;
        }

        Counters.Stale++;
        return null;
    }

    private void TakeOffer(DeviceInfoPayload info)
    {
        if (Output is null || _offerTaken)
            throw Unexpected(FrameType.DeviceInfo, "twice");
        DeviceRow row;
        try
        {
            row = DeviceTable.Find(info.DeviceId);
        }
        catch (NotSupportedException refused)
        {
            RelayLog.OfferRefused(Log, Device, refused.Message);
            throw new LinkProtocolException(CloseReason.NotSupported, refused.Message);
        }

        bool layoutChanged = _info is { } old && (old.DeviceId != info.DeviceId || old.Features != info.Features || !old.Queues.SequenceEqual(info.Queues));
        bool changed = _info is null || layoutChanged || _info.ConfigurationGeneration != info.ConfigurationGeneration
            || !_info.Configuration.Span.SequenceEqual(info.Configuration.Span);
        (_info, _row, _offerTaken) = (info, row, true);
        // Every used element may come in a frame of its own.
        long limit = ControlAllowance + info.Queues.Sum(queue => queue.Places * ((long)queue.PlaceSize + FrameHeader.Size + UsedPayload.Size + UsedEntry.Size));
        Volatile.Write(ref _inboxLimit, limit);
        if (!changed)
            return;
        RelayLog.OfferReceived(Log, Device, info.DeviceId, info.Queues.Count, row.Describe(info.Features));
        ulong cut = info.Features & ~row.Features & ~DeviceRow.HopLocal;
        if (cut != 0)
            RelayLog.OfferCut(Log, Device, row.Describe(cut));
        if (layoutChanged && Status != DeviceStatus.None)
            EndEpoch("the device side offers other features or queues than this life was started with");
        if (_queues.Length != info.Queues.Count)
            _queues = new DriverSideQueue?[info.Queues.Count];
        _offerChanged = true;
    }

    /// <summary>The device side states where it stands: same life, go on from there; another life, the driver must start anew.</summary>
    private void TakeResume(uint epoch, ResumePayload device)
    {
        if (Output is not { } output || Live || !_offerTaken)
            throw Unexpected(FrameType.ResumeDevice, Live ? "twice" : $"before {FrameType.DeviceInfo}");
        if (device.DeviceLife == 0)
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"{FrameType.ResumeDevice} without a device life");
        _control.Forget();
        Live = true;
        bool same = epoch == Epoch && device.DriverLife == DriverLife;
        bool remembers = _control.Meet(device.DeviceLife);
        if (!same && !remembers && Array.Exists(_queues, q => q is { HasSent: true }))
        {
            if (!_port.KeepsDriver)
            {
                EndEpoch($"the device side does not know it any more; {InFlight} chains were in flight");
                return;
            }

            Reseed();
        }

        if (!ResumeWrites(device, same))
        {
            EndEpoch($"the device side states {device.Writes - 1} configuration writes, which the driver has not made");
            return;
        }

        for (int i = 0; i < _queues.Length; i++)
        {
            if (_queues[i] is not { } queue)
                continue;
            QueueProgress progress = (same ? Find(device, i) : null) ?? new QueueProgress((ushort)i, queue.Generation, 0, 0);
            if (progress.Generation == queue.Generation && queue.Resume(progress))
                continue;
            EndEpoch($"queue {i}: the device side states {progress.Posted}/{progress.Used} of generation {progress.Generation}, "
                + $"which generation {queue.Generation} at {queue.Progress.Posted}/{queue.Progress.Used} cannot go on from");
            return;
        }

        if (!same)
            return; // It has not heard of this epoch yet: all of it is brought over now.
        _control.Resume(device);
        Counters.Resumed++;
        RelayLog.Resumed(Log, Device, output.Connection, Epoch, InFlight);
    }

    private void TakeStatus(DeviceStatusPayload payload)
    {
        var status = (DeviceStatus)payload.Status;
        // A status of another life; or of a life that no driver has begun, in which nothing can have gone wrong.
        if (payload.DriverLife != DriverLife || (status != DeviceStatus.None && Status == DeviceStatus.None))
        {
            Counters.Stale++;
            return;
        }

        // Whatever the status is by now: who states this life has made its reset.
        if (_resetDeadline is not null)
            CompleteReset();
        if ((status & DeviceStatus.NeedsReset) != 0)
            RequireReset("the device side says DEVICE_NEEDS_RESET");
    }
}
