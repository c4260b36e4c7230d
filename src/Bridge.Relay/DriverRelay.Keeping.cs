using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>A life whose memory outlives this process, and one that an earlier process left: see <see cref="KeptLife"/>.</content>
public sealed partial class DriverRelay
{
    private KeptLife? _life;

    /// <inheritdoc/>
    public void KeepLife(KeptLife life)
    {
        if (_info is not { } info || Array.Exists(_queues, static queue => queue is null))
        {
            life.End();
            return;
        }

        int[] rings = [.. _queues.Select(static queue => queue!.RingSize)];
        for (int i = 0; i < _queues.Length; i++)
        {
            InflightRecord record = life.DriverRecord(i, rings);
            record.Begin(usedIndex: 0);
            _queues[i]!.Keep(record, []);
        }

        // The reset was told before there was a life to keep.
        life.ToldDeviceLife = _control.ToldDeviceLife;
        try
        {
            life.Publish(new LifeHeader(
                RelaySide.Driver, Device, default, Epoch, DriverLife, DeviceLife: 0, _control.Features, RingFeatures, Status | DeviceStatus.DriverOk, Bytes(info), [],
                [.. _queues.Select(static (queue, i) => new KeptQueue(queue!.Generation, queue.Layout))])
            {
                WindowSize = life.WindowSize,
            });
        }
        catch (IOException failure)
        {
            RelayLog.LifeNotKept(Log, Device, failure.Message);
            life.End();
            return;
        }

        (_life, _control.Life) = (life, life);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ushort> ReadOutstanding(int queue) => Find(queue)?.ReadOutstanding(RingOptions.LittleEndian) ?? [];

    /// <summary>Takes over what an earlier process of this gateway left. False: it cannot be gone on with, which has been logged, and has ended.</summary>
    private bool TryRecover(KeptLife life)
    {
        try
        {
            LifeHeader header = life.Header!;
            DeviceInfoPayload info = DeviceInfoPayload.Read(header.Offer);
            DeviceRow row = DeviceTable.Find(info.DeviceId);
            if (header.Queues.Count != info.Queues.Count)
                throw new InvalidDataException($"it has {header.Queues.Count} queues of {info.Queues.Count}");
            (_info, _row, RingFeatures) = (info, row, header.RingFeatures);
            bool told = life.ToldDeviceLife != 0;
            int[] rings = [.. header.Queues.Select(static queue => queue.Layout.Size)];
            _queues = new DriverSideQueue?[rings.Length];
            for (int i = 0; i < rings.Length; i++)
            {
                if (!RingLayout.IsValidSize(rings[i]))
                    throw new InvalidDataException($"queue {i} has {rings[i]} entries");
                _queues[i] = DriverSideQueue.Recover(
                    (ushort)i, header.Queues[i], row, info.Queues[i], life.Window, RingOptions, _lent, Counters, life.DriverRecord(i, rings), told, UnkeepLife);
                _control.GoOnFrom(i, header.Queues[i].Generation);
            }

            (Epoch, DriverLife, Status, _control.Features) = (header.Epoch, header.DriverLife, header.Status, header.Features);
            (_life, _control.Life) = (life, life);
            _control.WasTold(life.ToldDeviceLife);
            RelayLog.LifeRecovered(Log, Device, Epoch, InFlight);
            return true;
        }
        catch (Exception unusable) when (unusable is InvalidDataException or ArgumentException or RingFaultException or LinkProtocolException or NotSupportedException)
        {
            (_info, _row, RingFeatures, _queues) = (null, null, 0, []);
            _lent.Clear();
            RelayLog.LifeNotRecovered(Log, Device, unusable.Message);
            life.End();
            return false;
        }
    }

    private void EndLife()
    {
        _life?.End();
        (_life, _control.Life) = (null, null);
    }

    /// <summary>The driver goes on with this life, and so does this process; a successor could not.</summary>
    private void UnkeepLife()
    {
        if (_life is null)
            return;
        RelayLog.LifeNotKept(Log, Device, "a chain was settled on this side alone");
        EndLife();
    }

    private static byte[] Bytes(DeviceInfoPayload info)
    {
        var room = new byte[FrameHeader.MaximumPayload];
        return room[..info.Write(room)];
    }
}
