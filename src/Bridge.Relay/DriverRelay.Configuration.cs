using Bridge.Link;
using Bridge.Link.Frames.Device;

namespace Bridge.Relay;

/// <content>The configuration space as the driver sees it: what the device side told last, and over it what the driver has written and the device side has not answered.</content>
public sealed partial class DriverRelay
{
    private readonly ConfigurationWrites _writes = new();
    private bool _toldRefusal;

    /// <inheritdoc/>
    public DeviceOffer? WriteConfiguration(uint offset, ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length;
        ulong accepted = _control.Features;
        bool known = _info is { } info && _row is { } row && (ulong)offset + (ulong)length <= (ulong)info.Configuration.Length && (!Live || _control.TakesWrites)
            && row.FindWritable(offset, length, info.Features, accepted) is not null;
        if (known && _writes.TryAdd((int)offset, bytes))
        {
            Counters.ConfigurationWrites++;
            return MakeOffer(_info!);
        }

        Counters.RefusedConfigurationWrites++;
        // A driver that tries again and again is told of once.
        if (!_toldRefusal)
            RelayLog.WriteRefused(Log, Device, length, offset, _row?.Name ?? "device that is not known yet");
        _toldRefusal = true;
        return null;
    }

    private DeviceOffer MakeOffer(DeviceInfoPayload info) => new(
        info.DeviceId, info.VendorId, Offered, info.ConfigurationGeneration, _writes.Over(info.Configuration, _control.WritesAnswered), [.. info.Queues.Select(q => (int)q.MaximumSize)]);

    private void TakeConfiguration(in EventConfigurationPayload payload)
    {
        _info = _info! with { ConfigurationGeneration = payload.Generation, Configuration = payload.Configuration.ToArray() };
        _offerChanged = true;
    }

    /// <summary>The space counts whatever the epoch, because the device side does not tell it twice; the number only in its own life.</summary>
    private void TakeConfiguration(uint epoch, in ConfigurationPayload payload)
    {
        _info = _info! with { ConfigurationGeneration = payload.Generation, Configuration = payload.Configuration.ToArray() };
        _offerChanged = true;
        if (epoch != Epoch)
            Counters.Stale++;
        else if (!_control.TakeAnswer(payload.Number))
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"{FrameType.Configuration} answers write {payload.Number}, which was not sent or is answered");
    }

    /// <summary>The driver is reset: what it wrote and the device side has not got is forgotten with its life.</summary>
    private void ForgetWrites()
    {
        _offerChanged |= _writes.Last > _control.WritesAnswered;
        _toldRefusal = false;
        _writes.Clear();
    }

    /// <summary>The device side stated what it has of the writes of this life. False: that is impossible.</summary>
    private bool ResumeWrites(ResumePayload device, bool same)
    {
        uint taken = same && device.Writes > 0 ? device.Writes - 1 : 0;
        if (taken > _writes.Last)
            return false;
        _control.MeetWrites(takes: device.Writes > 0, taken);
        if (device.Writes == 0 && _writes.Last > 0)
        {
            // A gateway of before configuration writes: what it cannot be told must not be shown either.
            RelayLog.WritesNotTaken(Log, Device);
            _offerChanged = true;
            _writes.Clear();
        }

        // What counts as answered now is the device side's to say.
        _offerChanged |= _writes.Last > 0;
        return true;
    }
}
