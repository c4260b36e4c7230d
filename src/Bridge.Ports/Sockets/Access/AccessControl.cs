using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets.Access;

/// <summary>Who may talk through one device's sockets: judges entries, names and conversations by the rules, and counts what they cost. Belongs to the device's turn.</summary>
/// <remarks>
/// A service is known by its name and its own address. Behind an address of the other side there may be several names, and an application can choose what it calls an endpoint that it makes itself: so
/// there every name is asked for that was announced at the address, and one that is denied denies them all.
/// </remarks>
internal sealed class AccessControl(SocketsOptions options, RpmsgBus bus, SocketsCounters counters, TimeProvider time, ILogger log)
{
    private readonly LogPace _deniedPace = new(time), _namePace = new(time), _ratePace = new(time);
    private AccessList _rules = new(options.Access, time);

    /// <summary>There are rules.</summary>
    public bool HasRules => !_rules.IsEmpty;

    /// <summary>Other rules from now on. Who waits for a rate of the old ones goes on.</summary>
    public void Set(IReadOnlyList<AccessRule> rules)
    {
        _rules.End();
        _rules = new AccessList(rules, time);
    }

    /// <summary>A name of the other side is shown here: the announcement comes in like its messages.</summary>
    public bool MayShow(string name, uint address) => !_rules.Find(name, address, AccessDirection.In).IsDenied;

    /// <summary>A service that is offered here is announced: the announcement goes out like its messages.</summary>
    public bool MayAnnounce(LocalEndpoint service) => !_rules.Find(service.Endpoint.Name, service.Address, AccessDirection.Out).IsDenied;

    /// <summary>Nothing could pass through the entry, so nobody gets a socket for it.</summary>
    public bool IsRefused(SocketEntry entry) => HasRules
        && RightAt(entry, AddressOf(entry), AccessDirection.In).IsDenied && RightAt(entry, AddressOf(entry), AccessDirection.Out).IsDenied;

    /// <summary>An application may send to an address of the other side through the entry.</summary>
    public bool MaySend(SocketEntry entry, uint destination) => !HasRules
        || !RightAt(entry, entry.Service?.Address ?? destination, AccessDirection.Out).IsDenied;

    /// <summary>Tells a conversation what it may do; to be repeated when its peer becomes known, a name is announced at that address, or the rules change.</summary>
    public void Judge(Conversation conversation)
    {
        if (!HasRules)
        {
            (conversation.In, conversation.Out) = (AccessRight.Open, AccessRight.Open);
            return;
        }

        uint address = conversation.Local.IsService ? conversation.Local.Address : conversation.Remote;
        conversation.In = RightAt(conversation.Entry, address, AccessDirection.In);
        conversation.Out = RightAt(conversation.Entry, address, AccessDirection.Out);
    }

    /// <summary>The address that a conversation is with has one more name.</summary>
    public void Judge(Conversation conversation, string name)
    {
        if (_rules.Find(name, conversation.Remote, AccessDirection.In) is { IsDenied: true } incoming)
            conversation.In = incoming;
        if (_rules.Find(name, conversation.Remote, AccessDirection.Out) is { IsDenied: true } outgoing)
            conversation.Out = outgoing;
    }

    /// <summary>What the conversation was begun with is hidden by the rules: a name that is not shown, a service that is not announced.</summary>
    public static bool IsOver(Conversation conversation) => (conversation.Local.IsService ? conversation.Out : conversation.In).IsDenied;

    /// <summary>A message was dropped.</summary>
    public void CountDenied(SocketEntry entry, AccessDirection direction)
    {
        long count = direction == AccessDirection.In ? ++counters.DeniedIn : ++counters.DeniedOut;
        if (_deniedPace.MayLog())
            SocketsLog.MessageDenied(log, options.Device, entry.Path, direction, count);
    }

    /// <summary>A name of the other side was not shown.</summary>
    public void CountHidden(string name, uint address)
    {
        counters.AnnouncementsDenied++;
        if (_namePace.MayLog())
            SocketsLog.NameDenied(log, options.Device, ChannelTable.Printable(name), address, counters.AnnouncementsDenied);
    }

    /// <summary>Somebody has to wait for a rate.</summary>
    public void CountWait(SocketEntry entry, RateLimit limit, AccessDirection direction)
    {
        counters.RateWaits++;
        if (_ratePace.MayLog())
            SocketsLog.RateReached(log, options.Device, entry.Path, direction, limit.Service, counters.RateWaits);
    }

    private static uint AddressOf(SocketEntry entry) => entry.Service?.Address ?? entry.Remote;

    private AccessRight RightAt(SocketEntry entry, uint address, AccessDirection direction)
    {
        AccessRight right = _rules.Find(entry.Name, address, direction);
        if (entry.Service is not null || right.IsDenied)
            return right;
        foreach ((string name, uint announced) in bus.Announcements)
        {
            if (announced == address && name != entry.Name && _rules.Find(name, address, direction) is { IsDenied: true } denied)
                return denied;
        }

        return right;
    }
}
