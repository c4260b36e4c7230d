using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>What changes and belongs to no record. Each member is stored by itself.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KeptCounts
{
    /// <summary>The life of the device that conversations and announcements belong to; 0: of none.</summary>
    public ulong Life;

    /// <summary>The last number that a record got for its order.</summary>
    public ulong LastOrder;

    /// <summary>The last number that a socket got in the descriptor store.</summary>
    public ulong LastDescriptor;

    /// <summary>Entries of the journal that are to be carried out; 0: it means nothing.</summary>
    public int JournalCount;

    /// <summary>1: with the journal's changes a received message has been dealt with.</summary>
    public uint HasRelease;

    /// <summary>Where the receive ring stood before that message's buffer was given back.</summary>
    public uint Released;
}
