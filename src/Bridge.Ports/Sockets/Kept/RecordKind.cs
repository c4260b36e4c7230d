namespace Bridge.Ports.Sockets.Kept;

/// <summary>What a slot of the table holds. Each kind has a stretch of slots of its own.</summary>
internal enum RecordKind
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A <see cref="ConversationRecord"/>.</summary>
    Conversation,

    /// <summary>An <see cref="AnnouncementRecord"/>.</summary>
    Announcement,

    /// <summary>An <see cref="EntryRecord"/>.</summary>
    Entry,

    /// <summary>A <see cref="ControlRecord"/>.</summary>
    Control,
}
