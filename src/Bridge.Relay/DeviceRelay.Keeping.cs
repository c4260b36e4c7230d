using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>A life whose memory outlives this process, and one that an earlier process left: see <see cref="KeptLife"/>.</content>
public sealed partial class DeviceRelay
{
    private KeptLife? _life;

    /// <summary>Memory for a life that outlives this process, if the port has it. Used lengths must stay in the used ring until they are confirmed: so no more places than entries.</summary>
    private KeptLife? BeginLife(ulong size) =>
        Array.TrueForAll(_offers, static offer => offer.Places <= offer.MaximumSize) ? _port.BeginLife(size, Records()) : null;

    /// <summary>The rings stand and are empty: from now on a successor finds this life.</summary>
    private void KeepLife(ulong features)
    {
        if (_life is not { HasEnded: false } life)
            return;
        try
        {
            life.Publish(new LifeHeader(
                RelaySide.Device, Device, default, Epoch, DriverLife, _deviceLife, _features, features, _status, OfferBytes(), [], [.. _layouts.Select(static layout => new KeptQueue(0, layout))])
            {
                WindowSize = life.WindowSize,
            });
        }
        catch (IOException failure)
        {
            RelayLog.LifeNotKept(Log, Device, failure.Message);
            life.End();
        }
    }

    /// <summary>Takes over what an earlier process of this gateway left. False: it cannot be gone on with, which has been logged, and has ended.</summary>
    private bool TryRecover(KeptLife life)
    {
        LifeHeader header = life.Header!;
        try
        {
            if (_row is null || !header.Offer.AsSpan().SequenceEqual(OfferBytes()))
                throw new InvalidDataException("the device offers something else now");
            (_window, _ringOptions) = (life.Window, RingOptionsOf(header.RingFeatures));
            LayOut();
            if (life.WindowSize != WindowSize() || !header.Queues.Select(static queue => queue.Layout).SequenceEqual(_layouts))
                throw new InvalidDataException("its rings lie elsewhere than this program would lay them");
            _life = life;
            _features = header.Features;
            for (int i = 0; i < _queues.Length; i++)
                Recover(i, Record(life, i), _ringOptions);
            (Epoch, DriverLife, _deviceLife, _status) = (header.Epoch, header.DriverLife, header.DeviceLife, header.Status);
            _started = true;
            RelayLog.LifeRecovered(Log, Device, Epoch, InFlight);
            return true;
        }
        catch (Exception unusable) when (unusable is InvalidDataException or RingFaultException)
        {
            RelayLog.LifeNotRecovered(Log, Device, unusable.Message);
            life.End();
            life.Dispose();
            (_life, _window, _features) = (null, null, 0);
            Array.Clear(_queues);
            Array.Clear(_generations);
            return false;
        }
    }

    private void Recover(int queue, PlaceRecord record, RingOptions options)
    {
        _rings[queue].Ring = DeviceSideQueue.RecoverRing(_window!, _layouts[queue], options, _rings[queue].Pool, _offers[queue]);
        _generations[queue] = record.Generation;
        if (record.Generation == 0)
            return; // The driver side has not set it yet.
        _queues[queue] = MakeQueue(queue);
        _queues[queue]!.Recover(_layouts[queue], options, record);
    }

    /// <summary>The driver goes on with this life, and so does this process; a successor could not.</summary>
    private void UnkeepLife()
    {
        if (_life is not { HasEnded: false } life)
            return;
        RelayLog.LifeNotKept(Log, Device, "the device completes its chains out of order");
        life.End();
    }

    private byte[] OfferBytes()
    {
        DeviceOffer offer = _port.Offer!;
        var room = new byte[FrameHeader.MaximumPayload];
        return room[..Info(offer, _row!).Write(room)];
    }

    private DeviceInfoPayload Info(DeviceOffer offer, DeviceRow row) =>
        new(offer.DeviceId, offer.VendorId, offer.Features & row.Features, offer.ConfigurationGeneration, _offers, offer.Configuration);

    private PlaceRecord Record(KeptLife life, int queue) => life.DeviceRecord(queue, [.. _offers.Select(static offer => (int)offer.Places)]);

    private ulong Records()
    {
        ulong length = 0;
        foreach (QueueOffer offer in _offers)
            length += PlaceRecord.LengthFor((int)offer.Places);
        return length;
    }
}
