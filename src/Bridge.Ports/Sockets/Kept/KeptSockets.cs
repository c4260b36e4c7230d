using Bridge.Linux;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>
/// What a sockets port knows and a successor must know, in memory that outlives the process, or, where nothing is kept, in memory that does not: one way for both. It has three parts that
/// a kill cannot tear: records of conversations, announcements, entries and waiting control messages, changed all or nothing by the <see cref="Journal"/>;
/// flow records, changed by <see cref="Steps"/>; and the messages that wait, which count when a flow record says so.
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed class KeptSockets : IRpmsgKeeper, IDisposable
{
    private readonly StateFile _file;
    private readonly Journal _journal;
    private readonly SlotPool _conversations, _announcements, _entries, _controls;
    private readonly List<Conversation> _changed = [];
    private readonly PacketPlace[] _scratchPlaces;

    // Of conversations that are over: others' as soon as that is recorded. Until then their flow records are still theirs.
    private readonly List<int> _left = [];

    /// <param name="file">The memory.</param>
    /// <param name="layout">Its sizes.</param>
    /// <param name="isNew">Nothing is in it.</param>
    private KeptSockets(StateFile file, KeptLayout layout, bool isNew)
    {
        (_file, Layout, IsNew) = (file, layout, isNew);
        _journal = new Journal(file);
        _scratchPlaces = [.. Enumerable.Range(0, layout.Batch).Select(i => new PacketPlace(i * layout.ScratchStride, layout.MaximumPayload))];
        Steps = new Steps(this, file);
        Released = _journal.Recover();
        int first = 0;
        _conversations = Pool(KeptLayout.Conversations);
        _announcements = Pool(KeptLayout.Announcements);
        _entries = Pool(KeptLayout.Entries);
        _controls = Pool(KeptLayout.Controls);

        SlotPool Pool(int count)
        {
            SlotPool pool = new(first, count, slot => isNew || At<RecordKind>(slot) == RecordKind.Free);
            first += count;
            return pool;
        }
    }

    /// <summary>Sizes.</summary>
    public KeptLayout Layout { get; }

    /// <summary>No predecessor has left anything: records are not looked for, or their pages would take memory for nothing.</summary>
    public bool IsNew { get; }

    /// <summary>What is under way.</summary>
    public Steps Steps { get; }

    /// <summary>A successor will find it.</summary>
    public bool IsKept => _file.Path is not null;

    /// <summary>The predecessor had dealt with the message before whose release the receive ring stood there; null: with none.</summary>
    public ushort? Released { get; }

    /// <summary>Everything has been recorded: what may now become known outside.</summary>
    public Action? Committed { get; set; }

    /// <summary>The life of the device that the records belong to; 0: to none.</summary>
    public ulong Life
    {
        get => Counts.Life;
        set => Volatile.Write(ref Counts.Life, value);
    }

    /// <summary>Where packets lie between their socket and the ring.</summary>
    public Span<byte> Scratch => _file.Span(KeptLayout.Scratch, Layout.Batch * Layout.ScratchStride);

    /// <summary>The places in it.</summary>
    public ReadOnlySpan<PacketPlace> ScratchPlaces => _scratchPlaces;

    private ref KeptCounts Counts => ref _file.At<KeptCounts>(KeptLayout.Counts);

    /// <summary>Opens what a predecessor left, or begins anew.</summary>
    /// <param name="path">Of the file, in a directory that this process owns by a lock; null: nothing is kept.</param>
    /// <param name="options">Of the port.</param>
    /// <param name="log">Is told of a file that cannot be used.</param>
    /// <exception cref="LinuxException">There is no room.</exception>
    public static KeptSockets Open(string? path, SocketsOptions options, ILogger log)
    {
        KeptLayout layout = new(options.Rpmsg.MaximumPayload, Math.Max(options.Quota, FlowWindow.Initial));
        if (path is null)
        {
            return new KeptSockets(StateFile.CreateUnnamed(options.Device, layout.Size, layout.Queues), layout, isNew: true);
        }

        KeptHeader header = KeptHeader.Of(layout, BootId.Read());
        if (TryOpen(path, header, options.Device, log) is { } found)
        {
            return new KeptSockets(found, layout, isNew: false);
        }

        StateFile file = StateFile.Create(path, layout.Size, layout.Queues);
        file.At<KeptHeader>(0) = header;
        file.Publish();
        return new KeptSockets(file, layout, isNew: true);
    }

    /// <summary>For tests: over a file of theirs, of zeroes or a predecessor's.</summary>
    public static KeptSockets Over(StateFile file, KeptLayout layout) => new(file, layout, isNew: false);

    /// <summary>A slot's record.</summary>
    public ref readonly T Read<T>(int slot)
        where T : unmanaged => ref At<T>(slot);

    /// <summary>A conversation's flow record.</summary>
    public ref FlowRecord Flow(int slot) => ref _file.At<FlowRecord>(KeptLayout.Flows + ((ulong)slot * FlowRecord.Size));

    /// <summary>The messages that wait for the conversation of that slot; negative: of one of which nothing is kept.</summary>
    public MessagePlaces Places(int slot) => slot >= 0
        ? new MessagePlaces(_file, Layout.Queues + ((ulong)slot * Layout.QueueSize), Layout, ownsFile: false)
        : new MessagePlaces(StateFile.CreateUnnamed("queue", Layout.QueueSize, 0), 0, Layout, ownsFile: true);

    /// <summary>A slot for a conversation that begins; negative: nothing is kept of it.</summary>
    public int TakeConversation()
    {
        int slot = _conversations.Take();
        if (slot >= 0)
        {
            // What was under way there is over.
            Steps.End();
            Flow(slot) = default;
        }

        return slot;
    }

    /// <summary>Something about a conversation has changed.</summary>
    public void Change(Conversation conversation)
    {
        if (!conversation.IsChanged && conversation.Slot >= 0)
        {
            conversation.IsChanged = true;
            _changed.Add(conversation);
        }
    }

    /// <summary>A conversation is over.</summary>
    public void Remove(Conversation conversation)
    {
        int slot = conversation.Slot;
        if (slot < 0)
        {
            return;
        }

        conversation.Detach();
        _journal.Change<RecordKind>(slot) = RecordKind.Free;
        _left.Add(slot);
    }

    /// <summary>The other side announced a service, or its announcement is known already.</summary>
    /// <returns>Its slot; negative: nothing is kept of it.</returns>
    public int AddAnnouncement(string name, uint address, bool asksForAssignment)
    {
        int slot = _announcements.Take();
        if (slot >= 0)
        {
            _journal.Change<AnnouncementRecord>(slot) = new AnnouncementRecord
            {
                Kind = RecordKind.Announcement,
                Address = address,
                Order = NextOrder(),
                AsksForAssignment = asksForAssignment ? 1u : 0u,
                Name = KeptName.From(name),
            };
        }

        return slot;
    }

    /// <summary>The announcement has gone.</summary>
    public void RemoveAnnouncement(int slot) => Free(slot, _announcements);

    /// <summary>A service or created endpoint exists, or its terms have changed.</summary>
    public void WriteEntry(SocketEntry entry)
    {
        if (entry.Slot < 0)
        {
            (entry.Slot, entry.Order) = (_entries.Take(), NextOrder());
        }

        if (entry.Slot >= 0)
        {
            _journal.Change<EntryRecord>(entry.Slot) = entry.ToRecord();
        }
    }

    /// <summary>A service or created endpoint has gone.</summary>
    public void RemoveEntry(SocketEntry entry)
    {
        Free(entry.Slot, _entries);
        entry.Slot = -1;
    }

    /// <summary>A number that no record has had.</summary>
    public ulong NextOrder() => ++Counts.LastOrder;

    /// <summary>A number that no socket has had in the descriptor store.</summary>
    public ulong NextDescriptor() => ++Counts.LastDescriptor;

    /// <summary>Records what has changed, if anything has.</summary>
    public void CommitChanges()
    {
        if (_changed.Count > 0 || _journal.HasChanges)
        {
            Commit(released: null);
        }
    }

    /// <summary>A received message has been dealt with and is about to be given back: records what it changed, if anything, together with that.</summary>
    public void Handled(ushort position)
    {
        if (_changed.Count > 0 || _journal.HasChanges)
        {
            Commit(position);
        }
    }

    /// <summary>The journal means nothing any more; see <see cref="Journal.Clear"/>.</summary>
    public void ClearJournal() => _journal.Clear();

    /// <summary>Takes the file's name away, so that no successor finds it.</summary>
    public void Unlink() => _file.Unlink();

    /// <summary>Nothing may use it any more.</summary>
    public void Dispose() => _file.Dispose();

    int IRpmsgKeeper.Add(in WaitingControl message)
    {
        int slot = _controls.Take();
        if (slot >= 0)
        {
            Write(slot, message, NextOrder());
        }

        return slot;
    }

    void IRpmsgKeeper.Replace(int number, in WaitingControl message) => Write(number, message, NextOrder());

    void IRpmsgKeeper.Remove(int number) => Free(number, _controls);

    void IRpmsgKeeper.Commit() => CommitChanges();

    void IRpmsgKeeper.Publishing(int number, ushort position)
    {
        if (number >= 0)
        {
            Steps.Begin(StepKind.Control, number, position, default);
        }
    }

    void IRpmsgKeeper.Published(int number)
    {
        if (number >= 0)
        {
            StoreTrace.Point();
            ForgetControl(number);
            Steps.End();
            _controls.Return(number);
        }
    }

    /// <summary>A control message has been published: one store, no journal, as nothing else changes.</summary>
    public void ForgetControl(int slot)
    {
        Volatile.Write(ref At<int>(slot), (int)RecordKind.Free);
        StoreTrace.Point();
    }

    /// <summary>A predecessor's control message that is not wanted any more.</summary>
    public void DropControl(int slot)
    {
        ForgetControl(slot);
        _controls.Return(slot);
    }

    private static StateFile? TryOpen(string path, in KeptHeader expected, string device, ILogger log)
    {
        StateFile? file;
        try
        {
            file = StateFile.TryOpen(path);
        }
        catch (LinuxException failure)
        {
            SocketsLog.NotRecovered(log, device, path, failure.Message);
            return null;
        }

        if (file is null)
        {
            return null;
        }

        string? mismatch = file.Size != expected.Size ? "has another length than expected" : file.At<KeptHeader>(0).FindMismatch(expected);
        if (mismatch is null)
        {
            return file;
        }

        SocketsLog.NotRecovered(log, device, path, mismatch);
        file.Dispose();
        return null;
    }

    private ref T At<T>(int slot)
        where T : unmanaged => ref _file.At<T>(KeptLayout.Records + ((ulong)slot * KeptLayout.SlotSize));

    private void Commit(ushort? released)
    {
        foreach (Conversation conversation in _changed)
        {
            conversation.IsChanged = false;
            if (conversation.Slot >= 0)
            {
                conversation.Write(ref _journal.Change<ConversationRecord>(conversation.Slot));
            }
        }

        _changed.Clear();
        if (_journal.HasChanges)
        {
            _journal.Commit(released);
        }

        foreach (int slot in _left)
        {
            _conversations.Return(slot);
        }

        _left.Clear();

        Committed?.Invoke();
    }

    private void Write(int slot, in WaitingControl message, ulong order) => _journal.Change<ControlRecord>(slot) = new ControlRecord
    {
        Kind = RecordKind.Control,
        Service = message.Kind,
        Order = order,
        What = message.What,
        Source = message.Source,
        Destination = message.Destination,
        Value = message.Value,
        Name = KeptName.From(message.Name),
    };

    private void Free(int slot, SlotPool pool)
    {
        if (slot >= 0)
        {
            _journal.Change<RecordKind>(slot) = RecordKind.Free;
            pool.Return(slot);
        }
    }
}
