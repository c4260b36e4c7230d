using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <content>
/// The in-flight region (GET_INFLIGHT_FD, SET_INFLIGHT_FD), by which a front end that has lost its connection comes back to the same life:
/// <code>
///   running --front end gone--&gt; detached --SET_INFLIGHT_FD with this life's mark--&gt; stopped --rings set, started, enabled--&gt; running
///                                  '-- anything else, or nobody in time: the life ends
/// </code>
/// </content>
internal sealed partial class VringSet
{
    // The memory of front ends that have gone: nothing is written to it, but reports read the rings, and the relay's queues have no other until they go on.
    private readonly List<MemoryTable> _leftMemory = [];
    private InflightMemory? _inflight;
    private bool _isInherited;

    /// <summary>The front end has gone with the region of the life that is on, and has not returned it.</summary>
    public bool IsDetached { get; private set; }

    /// <summary>GET_INFLIGHT_FD: a new region. The life that is on has lost its own with that.</summary>
    public void Give(InflightMemory region)
    {
        if (IsRunning)
            EndLife("the front end wants a new in-flight region");
        _inflight?.Dispose();
        (_inflight, _isInherited) = (region, false);
    }

    /// <summary>SET_INFLIGHT_FD. Takes the region over.</summary>
    public void Return(InflightMemory region)
    {
        if (_inflight is { } own && region.IsSameLife(own))
        {
            // This process has mapped it, and knows what it wrote there.
            region.Dispose();
            if (!IsDetached)
                return;
            IsDetached = false;
            foreach (Vring vring in _vrings)
                vring.IsHandedBack = vring.IsSet;
            VhostUserLog.Returned(_log, _device);
            return;
        }

        if (IsRunning)
            EndLife("the front end has an in-flight region of another life");
        _inflight?.Dispose();
        // Of a life that this process knows nothing of: the record says what its back end had.
        (_inflight, _isInherited) = (region, true);
    }

    /// <summary>The front end has gone. True: it has this life's region, so it can come back; nothing of its memory is touched until then.</summary>
    public bool TryDetach()
    {
        if (!IsRunning || _inflight is null)
            return false;
        for (int i = 0; i < _vrings.Length; i++)
        {
            Stop(i);
            _vrings[i].Detach();
        }

        if (_memory is not null)
            _leftMemory.Add(_memory);
        (_memory, IsDetached, HasEnable, HasInBandKicks) = (null, true, false, false);
        return true;
    }

    private bool TryMoveBack(int index, Vring vring)
    {
        if (vring.Address is not { } address || !TryLocate(vring, address, out RingLayout layout) || layout != vring.Layout)
            return false;
        return _relay.MoveQueue(index, _memory!.Window, layout);
    }

    private void ForgetLeftMemory()
    {
        if (IsDetached || Array.Exists(_vrings, vring => vring.IsHandedBack))
            return;
        foreach (MemoryTable left in _leftMemory)
            left.Dispose();
        _leftMemory.Clear();
    }

    /// <summary>With a record the base that the front end states is not looked at: after a lost connection it only knows the used index.</summary>
    private void SetRecordedQueue(int index, Vring vring, RingLayout layout, ushort used)
    {
        InflightRecord record = _inflight!.Record(index, layout.Size);
        IReadOnlyList<ushort> outstanding = [];
        ushort next = vring.Base;
        if (!_isInherited)
        {
            record.Begin(used);
        }
        else if (record.Recover(used) is { } left)
        {
            (outstanding, next) = (left, (ushort)(used + left.Count));
        }
        else
        {
            // All zeros, as a new region is: this queue was not used in the earlier life.
            record.Begin(used);
        }

        _relay.SetQueue(index, _memory!.Window, layout, next, used);
        _relay.KeepRecord(index, record, outstanding);
        if (outstanding.Count > 0)
            VhostUserLog.Inherited(_log, _device, index, outstanding.Count);
    }
}
