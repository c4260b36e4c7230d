using System.Globalization;
using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Control;

/// <summary>Carries out control requests: what <c>/dev/rpmsg_ctrl</c> of Linux offers, for this device.</summary>
internal sealed class ControlService(LocalSockets owner, PortScope port, EntryTable entries, ConversationTable conversations, Entrance entrance)
{
    /// <summary>Services and endpoints that may be made by requests and exist at the same time.</summary>
    public const int MaximumCreated = 256;

    /// <summary>Carries out a request.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="who">Who asks, for the log.</param>
    /// <param name="refusal">Why it was not done; null if it was.</param>
    /// <returns>The reply; null if it was refused.</returns>
    public ControlReply? Execute(ControlRequest request, PeerCredentials who, out Refusal? refusal)
    {
        refusal = null;
        return request switch
        {
            ListRequest list => List(list.ReadAfter()),
            FlowRequest flow => Flow(flow, out refusal),
            CreateServiceRequest service => Create(service, who, out refusal),
            CreateEndpointRequest endpoint => Create(endpoint, who, out refusal),
            DestroyRequest destroy => Destroy(destroy, who, out refusal),
            CloseRequest close => Close(close, who, out refusal),
            _ => throw new ArgumentException($"no such request: {request.Request}", nameof(request)),
        };
    }

    private ListReply List(EntryPath? after)
    {
        SocketEntry[] page = [.. entries.All
            .Select(static entry => (Path: new EntryPath(entry.Kind, entry.File), Entry: entry))
            .Where(found => after is not { } last || EntryPath.Compare(found.Path, last) > 0)
            .Order(Comparer<(EntryPath Path, SocketEntry Entry)>.Create(static (a, b) => EntryPath.Compare(a.Path, b.Path)))
            .Take(ListReply.MaximumEntries + 1)
            .Select(static found => found.Entry)];
        return new ListReply([.. page.Take(ListReply.MaximumEntries).Select(Describe)], page.Length > ListReply.MaximumEntries, port.Options.Rpmsg.MaximumPayload);
    }

    private ListedSocket Describe(SocketEntry entry)
    {
        EntryStatus status = owner.ReadStatus(entry);
        ListedState state = status.State switch
        {
            EntryState.Free => ListedState.Free,
            EntryState.Taken => ListedState.Taken,
            EntryState.Waiting => ListedState.Waiting,
            _ => ListedState.Unavailable,
        };
        return new ListedSocket(
            PathOf(entry), entry.Name, state, status.LocalAddress ?? entry.LocalAddress, status.RemoteAddress, entry.IsCreated, entry.Failure?.Errno.ToString());
    }

    private FlowReply? Flow(FlowRequest request, out Refusal? refusal)
    {
        if (!TryFind(request, out SocketEntry entry, out refusal))
        {
            return null;
        }

        FlowState[] flow = [.. entry.Conversations
            .Where(static c => c.State != ConversationState.Vacant)
            .Take(FlowReply.MaximumConversations)
            .Select(Describe)];
        return new FlowReply(request.Socket, flow, port.Options.Rpmsg.MaximumPayload);
    }

    private FlowState Describe(Conversation conversation)
    {
        ConversationStatus status = owner.ReadStatus(conversation);
        return new FlowState(
            status.State, conversation.Connection is not null, conversation.Local.Address, status.Remote,
            status.Sent, status.Received, status.Queued, status.Outstanding, status.Credit, status.HoldsDevice);
    }

    private CreateReply? Create(CreateServiceRequest request, PeerCredentials who, out Refusal? refusal)
    {
        if (!MayCreate(new EntryPath(EntryKind.Service, SocketName.Encode(request.Service)!), out refusal))
        {
            return null;
        }

        EntryTerms terms = new(request.Peers, request.Takeover, TimeSpan.FromSeconds(request.GraceSeconds), request.Permanent);
        SocketEntry entry;
        try
        {
            entry = entrance.AddService(new ServiceOptions(request.Service, request.Address) { Terms = terms }, isCreated: true);
        }
        catch (RpmsgException failure)
        {
            refusal = new Refusal(failure.Error == RpmsgError.AddressInUse ? Errno.EADDRINUSE : Errno.EADDRNOTAVAIL, failure.Message);
            return null;
        }

        SocketsLog.Controlled(port.Log, port.Device, new Opener(who), "created", entry.Path);
        return new CreateReply(PathOf(entry), entry.Service!.Address);
    }

    private CreateReply? Create(CreateEndpointRequest request, PeerCredentials who, out Refusal? refusal)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"{SocketName.Encode(request.Endpoint)}.{request.Remote}");
        if (!MayCreate(new EntryPath(EntryKind.Endpoint, file), out refusal))
        {
            return null;
        }

        SocketEntry entry = new(owner, EntryKind.Endpoint, request.Endpoint, file, port.Options.Channels)
        {
            Remote = request.Remote,
            LocalAddress = request.Local,
            IsCreated = true,
        };
        if (port.Access.IsRefused(entry))
        {
            refusal = new Refusal(Errno.EACCES, $"the access rules of device {port.Device} deny {file}");
            return null;
        }

        entries.Add(entry);
        SocketsLog.Controlled(port.Log, port.Device, new Opener(who), "created", entry.Path);
        return new CreateReply(PathOf(entry), request.Local, request.Remote);
    }

    private DoneReply? Destroy(DestroyRequest request, PeerCredentials who, out Refusal? refusal)
    {
        if (!TryFind(request, out SocketEntry entry, out refusal))
        {
            return null;
        }

        if (!entry.IsCreated)
        {
            refusal = new Refusal(Errno.EPERM, $"{request.Socket} was not created by control: services of the configuration and channels of the other side stay");
            return null;
        }

        entrance.RemoveService(entry);
        SocketsLog.Controlled(port.Log, port.Device, new Opener(who), "destroyed", entry.Path);
        return new DoneReply();
    }

    private DoneReply? Close(CloseRequest request, PeerCredentials who, out Refusal? refusal)
    {
        if (!TryFind(request, out SocketEntry entry, out refusal))
        {
            return null;
        }

        if (!request.Own)
        {
            conversations.Abort(entry);
            SocketsLog.Controlled(port.Log, port.Device, new Opener(who), "closed", entry.Path);
            return new DoneReply();
        }

        if (who.ProcessId == 0)
        {
            refusal = new Refusal(Errno.EPERM, "'own' needs a process number, and the caller's lies in a process namespace that is not visible here: leave it out to close all");
            return null;
        }

        Dismiss(entry, who.ProcessId);
        return new DoneReply();
    }

    /// <summary>A process will not come back: its connections are its last ones, and what is kept for it ends now.</summary>
    private void Dismiss(SocketEntry entry, int process)
    {
        foreach (Conversation conversation in entry.Conversations.Where(c => c.Process == process).ToArray())
        {
            if (conversation.Connection is { } connection)
            {
                connection.IsLast = true;
            }
            else
            {
                conversations.Happened(conversation, ConversationEvent.Aborted);
            }
        }
    }

    private bool MayCreate(EntryPath path, out Refusal? refusal)
    {
        refusal = entries.Find(path) is not null ? new Refusal(Errno.EEXIST, $"{path} exists already")
            : entries.All.Count(static entry => entry.IsCreated) >= MaximumCreated ? new Refusal(Errno.ENOSPC, $"{MaximumCreated} services and endpoints were created already: destroy some")
            : null;
        return refusal is null;
    }

    private bool TryFind(SocketRequest request, out SocketEntry entry, out Refusal? refusal)
    {
        EntryPath path = request.ReadPath();
        entry = entries.Find(path)!;
        refusal = entry is null ? new Refusal(Errno.ENOENT, $"there is no {path} now; there are: {entries.Describe(path.Kind)}") : null;
        return refusal is null;
    }

    private static string PathOf(SocketEntry entry) => new EntryPath(entry.Kind, entry.File).ToString();
}
