using System.Globalization;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>
/// Makes again what a predecessor had: entries at once, conversations when it is known whether the device's life goes on. What is made twice, because this process is killed as well, is the same.
/// </summary>
internal sealed class Recovery(LocalSockets owner, PortScope port, EntryTable entries, ConversationTable conversations, StoredSockets stored)
{
    private readonly Conversation?[] _bySlot = new Conversation?[KeptLayout.Conversations];

    /// <summary>There is something to recover, and it has not been decided yet how.</summary>
    public bool IsPending { get; private set; }

    /// <summary>Makes services and created endpoints again, at their addresses. Returns those of the configuration.</summary>
    public IReadOnlyList<ServiceOptions> RestoreEntries()
    {
        List<ServiceOptions> configured = [];
        foreach (int slot in Slots(RecordKind.Entry, static (kept, slot) => kept.Read<EntryRecord>(slot).Order))
        {
            IsPending = true;
            EntryRecord record = port.Kept.Read<EntryRecord>(slot);
            ServiceOptions service = new(record.Name.ToString(), record.HasFixedAddress != 0 ? record.Local : null)
            {
                Terms = new EntryTerms(record.Peers, (record.Terms & 1) != 0, TimeSpan.FromTicks(record.Grace), (record.Terms & 2) != 0),
            };
            entries.Add(record.EntryKind == EntryKind.Service ? MakeService(service, record, slot) : MakeEndpoint(service, record, slot));
            if (record is { EntryKind: EntryKind.Service, IsCreated: 0 })
            {
                configured.Add(service);
            }
        }

        IsPending |= port.Kept.Life != 0 || Slots(RecordKind.Conversation, static (_, _) => 0).Length > 0;
        return configured;
    }

    /// <summary>The life has gone on: announcements are known, messages of the bus wait, and what was under way is finished. The bus goes on with the life's rings.</summary>
    public void RestoreLife(ChannelTable channels, KnownAnnouncements known, RpmsgRings rings, ulong features)
    {
        RestoreAnnouncements(channels, known);
        RestoreConversations();
        port.Bus.Resume(rings, features);
        StepRecord step = port.Kept.Steps.ReadPredecessors();
        if (step.Kind == StepKind.Control && port.Bus.TransmitPosition != step.Position)
        {
            Drop(step.Slot);
        }

        foreach (Conversation conversation in conversations.All)
        {
            if (conversation.HasPeer)
            {
                port.Bus.RestoreAssignment(conversation.Local.Endpoint, conversation.Entry.Name, conversation.Remote);
            }
        }

        RestoreControl();
        Finish(step);
        conversations.SettleRecovered(_bySlot);
        IsPending = false;
    }

    /// <summary>The life has ended: who waits goes on waiting, who had a peer gets what was still to be handed over, and then the end.</summary>
    public void EndLife()
    {
        RestoreConversations();
        foreach (int slot in Slots(RecordKind.Announcement, static (_, _) => 0))
        {
            port.Kept.RemoveAnnouncement(slot);
        }

        foreach (int slot in Slots(RecordKind.Control, static (_, _) => 0))
        {
            port.Kept.DropControl(slot);
        }

        StepRecord step = port.Kept.Steps.ReadPredecessors();
        int passed = port.Kept.Steps.Passage.CountPassed(step.Count);
        if (step.Kind is StepKind.Change or StepKind.Taken || (step.Kind == StepKind.Deliver && passed > 0))
        {
            Conclude(step);
        }
        else if (step.Kind == StepKind.Flush)
        {
            ConcludeFlush(step, passed);
        }

        port.Kept.Steps.End();
        conversations.SettleRecovered(_bySlot);
        IsPending = false;
    }

    /// <summary>For the log.</summary>
    public (int Conversations, int Sockets, int Waiting) Count() => (
        conversations.All.Count,
        conversations.All.Count(static c => c.Connection is not null),
        conversations.All.Sum(static c => c.QueuedMessages));

    private SocketEntry MakeService(ServiceOptions service, in EntryRecord record, int slot) =>
        new(owner, EntryKind.Service, service.Name, SocketName.Encode(service.Name)!, service.Terms)
        {
            Service = conversations.Endpoints.Add(service.Name, record.Local, RpmsgAddress.Any, isService: true),
            IsCreated = record.IsCreated != 0,
            HasFixedAddress = record.HasFixedAddress != 0,
            Slot = slot,
            Order = record.Order,
        };

    private SocketEntry MakeEndpoint(ServiceOptions endpoint, in EntryRecord record, int slot) =>
        new(owner, EntryKind.Endpoint, endpoint.Name, EndpointFile(endpoint.Name, record.Remote), endpoint.Terms)
        {
            Remote = record.Remote,
            LocalAddress = record.Local == RpmsgAddress.Any ? null : record.Local,
            IsCreated = true,
            Slot = slot,
            Order = record.Order,
        };

    private void RestoreAnnouncements(ChannelTable channels, KnownAnnouncements known)
    {
        foreach (int slot in Slots(RecordKind.Announcement, static (kept, slot) => kept.Read<AnnouncementRecord>(slot).Order))
        {
            AnnouncementRecord record = port.Kept.Read<AnnouncementRecord>(slot);
            string name = record.Name.ToString();
            port.Bus.RestoreAnnouncement(name, record.Address, record.AsksForAssignment != 0);
            known.Restore(name, record.Address, slot);
            channels.Add(name, record.Address);
        }
    }

    private void RestoreConversations()
    {
        // Those that a peer can reach first: they have the addresses.
        int[] slots = Slots(RecordKind.Conversation, static (kept, slot) => kept.Read<ConversationRecord>(slot).Order);
        foreach (int slot in slots.OrderBy(slot => IsReachable(port.Kept.Read<ConversationRecord>(slot).State) ? 0 : 1))
        {
            ConversationRecord record = port.Kept.Read<ConversationRecord>(slot);
            SocketEntry entry = FindEntry(record);
            Conversation conversation = new(entry, FindEndpoint(entry, record), record.State, port.Kept, slot, record.Order)
            {
                Remote = record.Remote,
                Process = record.Process,
                Deadline = record.Deadline == 0 ? null : record.Deadline,
            };
            _bySlot[slot] = conversation;
            FlowRecord flow = conversation.Flow;
            if (!flow.Queue.IsPossible(port.Kept.Layout.Capacity))
            {
                flow.Queue = default;
                conversation.Flow = flow;
            }

            conversations.Restore(conversation, IsReachable(record.State), Connect(entry, record));
        }
    }

    private PacketConnection? Connect(SocketEntry entry, in ConversationRecord record) =>
        stored.Take(record.Descriptor) is { } socket
            ? new PacketConnection(owner, entry, socket, port.Kept) { StoredAs = record.Descriptor, MaybeReadable = true, InputEnded = record.State == ConversationState.HalfClosed }
            : null;

    private SocketEntry FindEntry(in ConversationRecord record)
    {
        string name = record.Name.ToString();
        string file = record.EntryKind == EntryKind.Endpoint ? EndpointFile(name, record.EntryRemote) : SocketName.Encode(name)!;
        return (record.IsRemoved == 0 ? entries.Find(new EntryPath(record.EntryKind, file)) : null)
            ?? new SocketEntry(owner, record.EntryKind, name, file, port.Options.Channels) { Remote = record.EntryRemote, IsRemoved = true };
    }

    private LocalEndpoint FindEndpoint(SocketEntry entry, in ConversationRecord record)
    {
        if (entry.Service is { } service && service.Address == record.Local)
        {
            return service;
        }

        if (!IsReachable(record.State))
        {
            // Nobody can reach it: its address may be another's.
            return conversations.Endpoints.MakeUnreachable(entry.Name, record.Local);
        }

        return conversations.Endpoints.TryFind(record.Local, out LocalEndpoint? known)
            ? known
            : conversations.Endpoints.Add(entry.Name, record.Local, record.Remote, isService: false);
    }

    private void RestoreControl()
    {
        foreach (int slot in Slots(RecordKind.Control, static (kept, slot) => kept.Read<ControlRecord>(slot).Order))
        {
            ControlRecord record = port.Kept.Read<ControlRecord>(slot);
            WaitingControl message = new(record.Service, record.What, record.Source, record.Destination, record.Value, record.Name.ToString());
            if (!port.Bus.RestoreControl(slot, message))
            {
                port.Kept.DropControl(slot);
            }
        }
    }

    private void Drop(int slot)
    {
        if ((uint)slot < KeptLayout.Slots && port.Kept.Read<RecordKind>(slot) == RecordKind.Control)
        {
            port.Kept.DropControl(slot);
        }
    }

    /// <summary>Finishes or forgets what the predecessor was about to do. Every way can be gone again, should this process be killed on it.</summary>
    private void Finish(in StepRecord step)
    {
        bool isPublished = port.Bus.TransmitPosition != step.Position;
        bool isReleased = port.Bus.ReceivePosition != step.Position;
        int passed = port.Kept.Steps.Passage.CountPassed(step.Count);
        bool isDealtWith = port.Kept.Released is { } released && released == port.Bus.ReceivePosition;
        switch (step.Kind)
        {
            case StepKind.SendBytes when isPublished:
            case StepKind.Change:
                Conclude(step);
                break;
            case StepKind.Flush:
                ConcludeFlush(step, passed);
                break;
            case StepKind.Send:
                FinishSend(step);
                break;
            case StepKind.Deliver when passed > 0 || isReleased:
            case StepKind.Taken:
                Conclude(step);
                isDealtWith |= !isReleased;
                break;
            default:
                break;
        }

        if (isDealtWith)
        {
            port.Bus.SkipReceived();
        }

        port.Kept.Steps.End();
    }

    private void Conclude(in StepRecord step)
    {
        if (Find(step) is { } conversation)
        {
            conversation.Flow = step.Flow;
        }
    }

    private void ConcludeFlush(in StepRecord step, int passed)
    {
        if (Find(step) is { } conversation)
        {
            FlowRecord after = step.Flow;
            after.OnFlushed(Math.Min(passed, after.Queue.Count), port.Capacity);
            conversation.Flow = after;
        }
    }

    /// <summary>Packets have left their socket: the first of them are in the ring, the others lie in the scratch buffer.</summary>
    private void FinishSend(in StepRecord step)
    {
        int packets = port.Kept.Steps.Passage.CountReceived(step.Count);
        int published = Math.Min((ushort)(port.Bus.TransmitPosition - step.Position), packets);
        if (Find(step) is not { HasPeer: true } conversation)
        {
            port.Counters.Unsent += packets - published;
            return;
        }

        FlowRecord after = step.Flow;
        after.OnSent(published);
        int next = published, longest = port.Options.Rpmsg.MaximumPayload, length = 0;
        while (next < packets && (length = port.Kept.Steps.Passage.Length(next)) <= longest && TryPublish(conversation, next, length))
        {
            after.OnSent();
            next++;
        }

        conversation.Flow = after;
        port.Counters.Unsent += packets - next;
        if (next == packets)
        {
            return;
        }

        if (length > longest)
        {
            port.Counters.Unsent--;
            port.Counters.TooLong++;
            SocketsLog.TooLong(port.Log, port.Device, conversation.Entry.Path, length, longest);
            conversations.Happened(conversation, ConversationEvent.Aborted, FlowCloseReason.TooLong);
        }
        else
        {
            // The buffer that it was received for is not free: that cannot be, unless the ring is another.
            SocketsLog.ConversationNotRecovered(port.Log, port.Device, conversation.Entry.Path, "no buffer is free for a message that was under way");
        }
    }

    private bool TryPublish(Conversation conversation, int packet, int length)
    {
        if (!port.Bus.TryReserve(out Span<byte> payload) || length > payload.Length)
        {
            return false;
        }

        port.Kept.Scratch.Slice(port.Kept.ScratchPlaces[packet].Offset, length).CopyTo(payload);
        port.Bus.Commit(conversation.Local.Address, conversation.Remote, length);
        port.Counters.FromApplications++;
        return true;
    }

    private Conversation? Find(in StepRecord step) => (uint)step.Slot < KeptLayout.Conversations ? _bySlot[step.Slot] : null;

    private int[] Slots(RecordKind kind, Func<KeptSockets, int, ulong> order) => port.Kept.IsNew
        ? []
        : [.. Enumerable.Range(0, KeptLayout.Slots).Where(slot => port.Kept.Read<RecordKind>(slot) == kind).OrderBy(slot => order(port.Kept, slot))];

    private static bool IsReachable(ConversationState state) => state is not (ConversationState.Ending or ConversationState.Orphaned or ConversationState.Closed);

    private static string EndpointFile(string name, uint address) => string.Create(CultureInfo.InvariantCulture, $"{SocketName.Encode(name)}.{address}");
}
