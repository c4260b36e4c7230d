using System.Buffers.Binary;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>
/// A device side that has lost all that it knew (its machine was rebooted), behind a driver that cannot be reset: it gets the outstanding chains again, in their order, as far as
/// the device table lets them be repeated. The driver notices a pause. Around that the port may answer chains itself, and tell the new device side what the driver told the lost one.
/// </content>
internal sealed partial class DriverSideQueue
{
    // Messages of the bridge itself that are on their way at the same time, per queue. They have heads of their own, behind the ring's.
    private const int MaximumTold = 32;

    // Chains that a lost device side had or was to get, or that an earlier process here had taken, in their order; they are numbered anew as they are taken. True: their work may
    // have been done.
    private readonly Queue<(ushort Head, bool InDoubt)> _again = [];
    private readonly Queue<byte[]> _answers = [], _tell = [];

    /// <summary>Called with the first bytes of what the device table has the port hear of; null: nobody wants to know.</summary>
    public Action<int, ReadOnlySpan<byte>>? Noted { get; init; }

    private bool CanTell => _tell.Count > 0 && FreeTold >= 0;

    private int FreeTold => Array.IndexOf(_byHead, null, _ring.Size);

    /// <summary>Begins a generation with the chains of the one before. What the device side sent of that and what was not applied whole is forgotten.</summary>
    public void Reseed(uint generation)
    {
        Unnumbered?.Invoke();
        (ushort, bool)[] later = [.. _again];
        _again.Clear();
        foreach ((ulong sequence, ushort head) in _headOf.OrderBy(pair => pair.Key))
        {
            if (head < _ring.Size)
                _again.Enqueue((head, sequence < _cursor.Highest));
            else
                TakeBack(_byHead[head]!.Chain);
        }

        foreach ((ushort, bool) chain in later)
            _again.Enqueue(chain);
        _headOf.Clear();
        _byHead.AsSpan(_ring.Size).Clear();
        _tell.Clear();
        (Generation, _cursor, _partial) = (generation, default, null);
        (_nextPosted, _nextUsed, _confirmed, _floor) = (0, 0, 0, 0);
        ForgetHeld();
    }

    /// <summary>Gives the driver a used element of the bridge's own, in the next chain that it has lent or will lend; before anything of the device side's.</summary>
    public void Answer(ReadOnlySpan<byte> bytes) => _answers.Enqueue(bytes.ToArray());

    /// <summary>Posts a chain of the bridge's own, before anything of the driver's.</summary>
    public void Tell(ReadOnlySpan<byte> bytes)
    {
        Unnumbered?.Invoke();
        if (PlaceLayout.Room((uint)bytes.Length) <= _offer.PlaceSize)
            _tell.Enqueue(bytes.ToArray());
        else
            _counters.OversizedChains++;
    }

    /// <summary>Numbers the next of what is to go once more. False: it was settled on this side.</summary>
    private bool TryTakeAgain()
    {
        if (CanTell)
        {
            int free = FreeTold;
            _byHead[free] = new Outstanding { Told = _tell.Dequeue() };
            Lend(_byHead[free]!.Chain);
            Enter((ushort)free);
            return true;
        }

        (ushort head, bool inDoubt) = _again.Dequeue();
        Chain chain = _byHead[head]!.Chain;
        if (_answers.TryDequeue(out byte[]? answer))
        {
            TakeBack(chain);
            Answer(chain, answer);
            return false;
        }

        LostChain fate = inDoubt ? _row.AfterLoss(_index) : LostChain.Repeat;
        if (fate == LostChain.Repeat && PlaceLayout.Fits(chain, _offer))
        {
            _counters.Repeated += inDoubt ? 1 : 0;
            Enter(head);
            return true;
        }

        _counters.Forfeited++;
        TakeBack(chain);
        Answer(chain, fate == LostChain.Complete ? [] : _row.FailureResponse.Span);
        return false;
    }

    private void Answer(Chain chain, ReadOnlySpan<byte> bytes)
    {
        Unnumbered?.Invoke();
        bytes = bytes[..(int)Math.Min((ulong)bytes.Length, chain.WritableLength)];
        SegmentCopy.Scatter(_window, chain.Writable, 0, bytes);
        Publish(chain.Head, (uint)bytes.Length);
    }

    private bool TryWriteTold(Span<byte> room, ref int at, byte[] told)
    {
        if (PostedPayload.ShapeSize(1) + told.Length > room.Length - at)
            return false;
        PostedPayload.WriteChain(room[at..], 1, 0);
        at += PostedPayload.ChainSize;
        BinaryPrimitives.WriteUInt32LittleEndian(room[at..], (uint)told.Length);
        told.CopyTo(room[(at + 4)..]);
        at += 4 + told.Length;
        _cursor.Sent((ulong)told.Length, (ulong)told.Length);
        return true;
    }

    /// <summary>Shows the port what the device table says that it must hear of. Costs a look at four bytes, and nothing where nobody listens.</summary>
    private void Note(ReadOnlySpan<Segment> segments, ulong length)
    {
        if (Noted is null || _row.Notable is not { } notable || length < (ulong)notable.Offset + sizeof(uint))
            return;
        Span<byte> bytes = stackalloc byte[NotableRule.Length];
        Span<byte> word = bytes[..sizeof(uint)];
        SegmentCopy.Gather(_window, segments, (ulong)notable.Offset, word);
        if (!notable.Matches(word))
            return;
        bytes = bytes[..(int)Math.Min(length, NotableRule.Length)];
        SegmentCopy.Gather(_window, segments, 0, bytes);
        Noted(_index, bytes);
    }
}
