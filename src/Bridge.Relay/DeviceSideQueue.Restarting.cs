using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>A device that was lost with the chains it had.</content>
internal sealed partial class DeviceSideQueue
{
    /// <summary>
    /// Takes what the lost device still published, makes the ring anew and gives it the chains that the device had, in their order. No device looks at the ring meanwhile. A
    /// queue that is broken stays so: what a ring full of nonsense says of its chains is worth nothing.
    /// </summary>
    /// <param name="makeRing">Makes an empty ring in the same place.</param>
    public void Restart(Func<DriverQueue> makeRing)
    {
        OutOfOrder?.Invoke();
        try
        {
            while (Broken is null && _ring.TryTakeUsed(out UsedElement used))
                Collect(used);
        }
        catch (RingFaultException fault)
        {
            Break(fault);
        }

        if (Broken is not null)
            return;
        int[] lost = [.. Enumerable.Range(0, _places.Length).Where(index => _places[index].IsExposed).OrderBy(index => _places[index].Sequence)];
        (_ring, _armed) = (makeRing(), false);
        foreach (int index in lost)
        {
            Place place = _places[index];
            switch (_row.AfterLoss(_index))
            {
                // They were all in the ring before, so they all fit.
                case LostChain.Repeat when _ring.TryAdd(place.Readable, place.Writable, index, out _):
                    _counters.Repeated++;
                    break;
                case LostChain.Fail:
                    int length = (int)Math.Min((ulong)_row.FailureResponse.Length, place.WritableLength);
                    SegmentCopy.Scatter(_window, place.Writable, 0, _row.FailureResponse.Span[..length]);
                    Forfeit(index, (uint)length);
                    break;
                default:
                    Forfeit(index, 0);
                    break;
            }
        }
    }

    private void Forfeit(int index, uint written)
    {
        _counters.Forfeited++;
        Log(index, written, written);
    }
}
