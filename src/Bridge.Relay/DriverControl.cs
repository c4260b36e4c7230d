using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>What the driver accepted, and what the device side is known to have been told of this epoch. The difference is what must be sent.</summary>
internal sealed class DriverControl
{
    private readonly Dictionary<int, uint> _generations = [];
    private readonly Dictionary<int, uint> _sentGenerations = [];
    private ulong _deviceLife, _toldDeviceLife;

    /// <summary>Accepted by the driver, hop-local bits taken out.</summary>
    public ulong Features { get; set; }

    /// <summary>The device side is in this epoch.</summary>
    public bool EpochKnown { get; private set; }

    public ulong? SentFeatures { get; set; }

    public DeviceStatus SentStatus { get; set; }

    /// <summary>The device side stated its life. True = it is the one that was told of this epoch, so if it does not know the epoch, nothing of it ever arrived.</summary>
    public bool Meet(ulong deviceLife)
    {
        _deviceLife = deviceLife;
        return deviceLife == _toldDeviceLife;
    }

    /// <summary>The reset that begins this epoch is on its way.</summary>
    public void Tell() => (EpochKnown, _toldDeviceLife) = (true, _deviceLife);

    /// <summary>Nothing is known of the device side.</summary>
    public void Forget()
    {
        (EpochKnown, SentFeatures, SentStatus) = (false, null, DeviceStatus.None);
        _sentGenerations.Clear();
    }

    /// <summary>The device side stated what it has, and it is of this life.</summary>
    public void Resume(ResumePayload device)
    {
        (EpochKnown, SentFeatures, SentStatus) = (true, device.Features, (DeviceStatus)device.Status);
        foreach (QueueProgress queue in device.Queues)
            _sentGenerations[queue.Queue] = queue.Generation;
    }

    /// <summary>A new generation for a queue: never 0, never one that the queue has had in this process.</summary>
    public uint NextGeneration(int queue) => _generations[queue] = _generations.GetValueOrDefault(queue) + 1;

    public uint SentGeneration(int queue) => _sentGenerations.GetValueOrDefault(queue);

    public void SetSentGeneration(int queue, uint generation) => _sentGenerations[queue] = generation;
}
