namespace Bridge.Relay;

/// <content>A device side that has lost this life, behind a driver that keeps it: see <see cref="IDriverPort.KeepsDriver"/>.</content>
public sealed partial class DriverRelay
{
    /// <inheritdoc/>
    public void Answer(int queue, ReadOnlySpan<byte> bytes) => Find(queue)?.Answer(bytes);

    /// <inheritdoc/>
    public void Tell(int queue, ReadOnlySpan<byte> bytes) => Find(queue)?.Tell(bytes);

    /// <summary>Queues get new generations, so that nothing that is still on its way from the lost device side can be taken for its successor's.</summary>
    private void Reseed()
    {
        RelayLog.Reseeded(Log, Device, Epoch, InFlight);
        for (int i = 0; i < _queues.Length; i++)
            _queues[i]?.Reseed(_control.NextGeneration(i));
        Counters.Reseeded++;
        _replaced = true;
    }
}
