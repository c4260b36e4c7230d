namespace Bridge.Ports.Sockets.Kept;

/// <summary>Where what lies in the file.</summary>
/// <param name="MaximumPayload">Bytes of the longest message.</param>
/// <param name="Capacity">Messages that can wait for one reader.</param>
internal sealed record KeptLayout(int MaximumPayload, int Capacity)
{
    /// <summary>Conversations of which something is kept; of further ones at the same time nothing is.</summary>
    public const int Conversations = 1024;

    /// <summary>Announcements, and services with created endpoints, of which something is kept.</summary>
    public const int Announcements = 1024;

    /// <summary>Services and created endpoints of which something is kept.</summary>
    public const int Entries = 512;

    /// <summary>Control messages that wait for a buffer of which something is kept.</summary>
    public const int Controls = 2048;

    /// <summary>All slots; those of conversations come first, so that a conversation's slot is its flow record's number.</summary>
    public const int Slots = Conversations + Announcements + Entries + Controls;

    /// <summary>Bytes of one slot.</summary>
    public const int SlotSize = 128;

    /// <summary>Packets that pass together between a socket and this process, at most.</summary>
    public const int LargestBatch = 64;

    /// <summary>Changes that are made all or nothing; what is more is made in several parts.</summary>
    public const int JournalEntries = 1024;

    /// <summary>Bytes of one change: the slot's number, and what it holds.</summary>
    public const int JournalEntrySize = 8 + SlotSize;

    /// <summary>Where the members lie that change.</summary>
    public const ulong Counts = 128;

    /// <summary>Where the step lies.</summary>
    public const ulong Step = 256;

    /// <summary>Where the passage of packets lies.</summary>
    public const ulong Passage = 384;

    /// <summary>Where the journal begins.</summary>
    public const ulong Journal = 8192;

    /// <summary>Where the slots begin.</summary>
    public const ulong Records = Journal + (JournalEntries * JournalEntrySize);

    /// <summary>Where the conversations' flow records begin.</summary>
    public const ulong Flows = Records + (Slots * SlotSize);

    /// <summary>Where packets lie between their socket and the ring.</summary>
    public const ulong Scratch = Flows + (Conversations * FlowRecord.Size);

    /// <summary>Bytes before a message that waits: its time and its length.</summary>
    public const int PlaceHeader = 16;

    private const ulong Page = 65536;

    /// <summary>Packets that pass together: fewer where they are long, so that a batch fits into 64 KiB.</summary>
    public int Batch { get; } = Math.Clamp(65536 / Math.Max(MaximumPayload, 1), 1, LargestBatch);

    /// <summary>Bytes between two packets in <see cref="Scratch"/>.</summary>
    public int ScratchStride { get; } = (MaximumPayload + 7) & ~7;

    /// <summary>Bytes of one place of a queue.</summary>
    public int PlaceSize { get; } = PlaceHeader + ((MaximumPayload + 7) & ~7);

    /// <summary>Where the queues begin, one per conversation: how much is allocated from the start.</summary>
    public ulong Queues => (Scratch + (ulong)(Batch * ScratchStride) + Page - 1) & ~(Page - 1);

    /// <summary>Bytes of one queue.</summary>
    public ulong QueueSize => (ulong)Capacity * (ulong)PlaceSize;

    /// <summary>Length of the file; what it takes is what is allocated.</summary>
    public ulong Size => Queues + (Conversations * QueueSize);
}
