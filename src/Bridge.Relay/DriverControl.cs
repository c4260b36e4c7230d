using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>What the driver accepted, and what the device side is known to have been told of this epoch. The difference is what must be sent.</summary>
internal sealed class DriverControl
{
    private readonly Dictionary<int, uint> _generations = [];
    private readonly Dictionary<int, uint> _sentGenerations = [];
    private ulong _deviceLife, _toldDeviceLife;
    private ulong? _sentFeatures;
    private DeviceStatus _sentStatus;
    private uint _sentWrite;

    /// <summary>The life as a successor finds it; null: nothing is kept.</summary>
    public KeptLife? Life { get; set; }

    /// <summary>The device side that was told of this epoch; 0: none.</summary>
    public ulong ToldDeviceLife => EpochKnown ? _toldDeviceLife : 0;

    /// <summary>Accepted by the driver, hop-local bits taken out.</summary>
    public ulong Features { get; set; }

    /// <summary>The device side is in this epoch.</summary>
    public bool EpochKnown { get; private set; }

    /// <summary>The device side takes configuration writes; true until it states that it does not.</summary>
    public bool TakesWrites { get; private set; } = true;

    /// <summary>The last write of this life that the device side has answered.</summary>
    public uint WritesAnswered { get; private set; }

    /// <summary>The device side stated its life. True = it is the one that was told of this epoch, so if it does not know the epoch, nothing of it ever arrived.</summary>
    public bool Meet(ulong deviceLife)
    {
        _deviceLife = deviceLife;
        return deviceLife == _toldDeviceLife;
    }

    /// <summary>An earlier process told that device side of this epoch, or was about to; 0: none.</summary>
    public void WasTold(ulong deviceLife) => _toldDeviceLife = deviceLife;

    /// <summary>An earlier process gave a queue this generation.</summary>
    public void GoOnFrom(int queue, uint generation) => _generations[queue] = generation;

    /// <summary>Nothing is known of the device side.</summary>
    public void Forget()
    {
        (EpochKnown, _sentFeatures, _sentStatus) = (false, null, DeviceStatus.None);
        (_sentWrite, WritesAnswered) = (0, 0);
        _sentGenerations.Clear();
    }

    /// <summary>The device side stated what it has, and it is of this life.</summary>
    public void Resume(ResumePayload device)
    {
        (EpochKnown, _sentFeatures, _sentStatus) = (true, device.Features, (DeviceStatus)device.Status);
        foreach (QueueProgress queue in device.Queues)
            _sentGenerations[queue.Queue] = queue.Generation;
    }

    /// <summary>The device side stated whether it takes writes, and which it has.</summary>
    public void MeetWrites(bool takes, uint taken) => (TakesWrites, _sentWrite, WritesAnswered) = (takes, taken, taken);

    /// <summary>The device side has answered the writes up to that one. False: it was not sent, or is answered already.</summary>
    public bool TakeAnswer(uint number)
    {
        if (number <= WritesAnswered || number > _sentWrite)
            return false;
        WritesAnswered = number;
        return true;
    }

    /// <summary>A new generation for a queue: never 0, never one that the queue has had in this process.</summary>
    public uint NextGeneration(int queue) => _generations[queue] = _generations.GetValueOrDefault(queue) + 1;

    /// <summary>Sends what the device side lacks, in the order of virtio 1.2, 3.1.1. False = the transport is full: call again when it has room.</summary>
    public bool BringOver(
        LaneOutput output, uint epoch, ulong driverLife, DeviceStatus status, ReadOnlySpan<DriverSideQueue?> queues, ConfigurationWrites writes, uint configurationGeneration)
    {
        if (!EpochKnown)
        {
            if (!output.CanWrite)
                return false;
            // Before a byte of this life leaves: a successor must know to whom it may be known.
            if (Life is { } life && life.ToldDeviceLife != _deviceLife)
                life.ToldDeviceLife = _deviceLife;
            SendStatus(output, epoch, driverLife, DeviceStatus.None);
            (EpochKnown, _toldDeviceLife) = (true, _deviceLife);
        }

        if ((status & (DeviceStatus.FeaturesOk | DeviceStatus.DriverOk)) != 0 && _sentFeatures != Features)
        {
            if (!output.CanWrite)
                return false;
            output.End(new SetDriverFeaturesPayload(Features).Write(output.Begin(FrameType.SetDriverFeatures, epoch)));
            _sentFeatures = Features;
        }

        // Before DRIVER_OK, where drivers write most; afterwards as it comes.
        if (_sentFeatures is not null && !SendWrites(output, epoch, writes, configurationGeneration))
            return false;
        if ((status & DeviceStatus.DriverOk) != 0 && !SendQueues(output, epoch, queues))
            return false;
        if (status == _sentStatus)
            return true;
        if (!SendStatus(output, epoch, driverLife, status))
            return false;
        _sentStatus = status;
        return true;
    }

    /// <summary>All that is new together, and the next only when those are answered: a driver that writes without end is slowed down, and what it writes meanwhile merges.</summary>
    private bool SendWrites(LaneOutput output, uint epoch, ConfigurationWrites writes, uint generation)
    {
        if (!TakesWrites || _sentWrite == writes.Last)
            return true;
        if (_sentWrite != WritesAnswered)
            return (_sentStatus & DeviceStatus.DriverOk) != 0;
        while (writes.Next(_sentWrite) is { } write)
        {
            if (!output.CanWrite)
                return false;
            output.End(SetConfigurationPayload.Write(output.Begin(FrameType.SetConfiguration, epoch), write.Number, generation, write.Offset, write.Bytes.Span));
            _sentWrite = write.Number;
        }

        return true;
    }

    private bool SendQueues(LaneOutput output, uint epoch, ReadOnlySpan<DriverSideQueue?> queues)
    {
        for (int i = 0; i < queues.Length; i++)
        {
            if (queues[i] is not { } queue || _sentGenerations.GetValueOrDefault(i) == queue.Generation)
                continue;
            if (!output.CanWrite)
                return false;
            output.End(new SetVirtqueuePayload((ushort)i, (uint)queue.RingSize, queue.Generation).Write(output.Begin(FrameType.SetVirtqueue, epoch)));
            _sentGenerations[i] = queue.Generation;
        }

        return true;
    }

    private static bool SendStatus(LaneOutput output, uint epoch, ulong driverLife, DeviceStatus status)
    {
        if (!output.CanWrite)
            return false;
        output.End(new DeviceStatusPayload((byte)status, driverLife).Write(output.Begin(FrameType.SetDeviceStatus, epoch)));
        return true;
    }
}
