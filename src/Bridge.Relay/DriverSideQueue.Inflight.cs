using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>The record of what is in flight that outlives this process, and what an earlier one left in it.</content>
internal sealed partial class DriverSideQueue
{
    private readonly Queue<ushort> _left = new();
    private InflightRecord? _record;

    /// <summary>Keeps a record from now on.</summary>
    /// <param name="record">Of this ring; what it says is what <paramref name="outstanding"/> has.</param>
    /// <param name="outstanding">Chains that an earlier back end had taken and not answered, in their order: they come before what the ring has.</param>
    /// <exception cref="RingFaultException">One of them is no chain of this ring.</exception>
    public void Keep(InflightRecord record, IReadOnlyList<ushort> outstanding)
    {
        _record = record;
        foreach (ushort head in outstanding)
        {
            if (_row.AfterLoss(_index) == LostChain.Repeat)
            {
                _left.Enqueue(head);
                _counters.Repeated++;
                continue;
            }

            _ring.TakeAgain(head, _spare.Chain);
            int length = _row.AfterLoss(_index) == LostChain.Fail ? (int)Math.Min((ulong)_row.FailureResponse.Length, _spare.Chain.WritableLength) : 0;
            SegmentCopy.Scatter(_window, _spare.Chain.Writable, 0, _row.FailureResponse.Span[..length]);
            Publish(head, (uint)length);
            _counters.Forfeited++;
        }
    }

    /// <summary>The next chain, of an earlier back end's first. Entered before anything of it is sent.</summary>
    /// <exception cref="RingFaultException">See <see cref="DeviceQueue.TryTake"/>.</exception>
    private bool TryTakeNext(Chain chain)
    {
        if (_left.TryDequeue(out ushort head))
        {
            _ring.TakeAgain(head, chain);
            return true;
        }

        if (!_ring.TryTake(chain))
            return false;
        _record?.Enter(chain.Head);
        return true;
    }

    private void Publish(ushort head, uint length)
    {
        _record?.Leave(head);
        _ring.Push(head, length);
        _record?.Left(head, _ring.NextUsed);
    }
}
