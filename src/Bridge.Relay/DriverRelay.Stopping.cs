using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>What a driver that keeps its rings to itself for a while asks for: see <see cref="IDriverRelay"/>.</content>
public sealed partial class DriverRelay
{
    /// <inheritdoc/>
    public void KeepRecord(int queue, InflightRecord record, IReadOnlyList<ushort> outstanding) => Find(queue)?.Keep(record, outstanding);

    /// <inheritdoc/>
    public RingIndices StopQueue(int queue)
    {
        if (Find(queue) is not { } found)
            return default;
        found.Stop();
        return found.Position;
    }

    /// <inheritdoc/>
    public void StartQueue(int queue) => Find(queue)?.Start();

    /// <inheritdoc/>
    public bool MoveQueue(int queue, Window window, RingLayout layout)
    {
        try
        {
            Find(queue)?.Move(window, layout);
            return true;
        }
        catch (RingFaultException fault)
        {
            EndEpoch($"queue {queue}: the driver's memory has changed under it: {fault.Message}");
            return false;
        }
    }

    private DriverSideQueue? Find(int queue) => (uint)queue < (uint)_queues.Length ? _queues[queue] : null;
}
