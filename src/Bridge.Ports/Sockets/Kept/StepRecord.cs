using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>
/// The one thing that is under way in a device's turn. Written before it happens, its kind last; whoever finds it after a kill finishes it or forgets it, and can do so again.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StepRecord
{
    /// <summary>What: a <see cref="StepKind"/>, as a number so that it can be stored in order.</summary>
    public uint KindValue;

    /// <summary>The conversation's slot, or the control message's; -1: of none that is kept.</summary>
    public int Slot;

    /// <summary>Where the ring in question stood before.</summary>
    public uint Position;

    /// <summary>Messages that it is about: of a batch the first may have come further than the others; 1 of anything else.</summary>
    public int Count;

    /// <summary>The conversation's flow record: of a batch before it, of anything else once it has happened.</summary>
    public FlowRecord Flow;

    /// <summary>What.</summary>
    public readonly StepKind Kind => (StepKind)KindValue;
}
