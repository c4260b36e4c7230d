using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>The record of what is in flight that outlives this process, and what an earlier one left in it.</content>
internal sealed partial class DriverSideQueue
{
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
            var left = new Outstanding();
            try
            {
                _ring.TakeAgain(head, left.Chain);
            }
            catch (RingFaultException fault) when (fault.Head is { } bad)
            {
                GiveBack(bad, fault);
                continue;
            }

            _byHead[head] = left;
            Lend(left.Chain);
            // Nobody knows whether the earlier one's device side has done its work.
            _again.Enqueue((head, true));
        }
    }

    private void GiveBack(ushort malformed, RingFaultException fault)
    {
        _counters.MalformedChains++;
        LastFault = fault;
        Unnumbered?.Invoke();
        Publish(malformed, 0);
    }

    private void Publish(ushort head, uint length)
    {
        _record?.Leave(head);
        _ring.Push(head, length);
        _record?.Left(head, _ring.NextUsed);
    }
}
