using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>A conversation as far as it does not change with every message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConversationRecord
{
    /// <summary><see cref="RecordKind.Conversation"/>.</summary>
    public RecordKind Kind;

    /// <summary>Where it stands.</summary>
    public ConversationState State;

    /// <summary>Which was begun first.</summary>
    public ulong Order;

    /// <summary>The number in its socket's name in the descriptor store; 0: it has none.</summary>
    public ulong Descriptor;

    /// <summary>When it stops waiting for another application, as a timestamp; 0: never.</summary>
    public long Deadline;

    /// <summary>Its endpoint's address.</summary>
    public uint Local;

    /// <summary>The peer's; ANY: none.</summary>
    public uint Remote;

    /// <summary>The process that has it, or had it last.</summary>
    public int Process;

    /// <summary>The directory that it was opened in.</summary>
    public EntryKind EntryKind;

    /// <summary>The announced address of an entry below <c>endpoints/</c>.</summary>
    public uint EntryRemote;

    /// <summary>The entry has been withdrawn since.</summary>
    public uint IsRemoved;

    /// <summary>The entry's name.</summary>
    public KeptName Name;
}
