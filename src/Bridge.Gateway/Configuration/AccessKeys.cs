using Bridge.Gateway.Configuration.Rules;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Gateway.Configuration;

/// <summary>The reference's rows of a device's access rules.</summary>
internal static class AccessKeys
{
    public static readonly SectionKey Access = new("devices:<device>:access",
        "Who may talk about what through a device with port sockets. The first rule that fits decides; what none fits is allowed. Enforced here, before a message enters a ring and before one is handed to an application.", IsList: true);

    public static readonly SectionKey Rule = new("devices:<device>:access:<number>", "One rule; {} is allow everything.");

    public static readonly ValueKey<string> Service = new("devices:<device>:access:<number>:service", new ServicePatternRule(), "*",
        "The service that is talked to, at whichever side it is offered.");

    public static readonly ValueKey<AddressRange> Address = new("devices:<device>:access:<number>:address", new AddressRangeRule(), "(any)",
        "The service's own rpmsg address.");

    public static readonly ValueKey<AccessDirection> Direction = new("devices:<device>:access:<number>:direction", new ChoiceRule<AccessDirection>(), "both",
        "out: from applications of this machine to the link, with the announcements of services here. in: from the link to applications of this machine, with the names that the other side announces.");

    public static readonly ValueKey<AccessAction> Action = new("devices:<device>:access:<number>:action", new ChoiceRule<AccessAction>(), "allow",
        "deny: messages are dropped, counted and logged, names are neither announced nor shown, and what is denied both ways has no socket.");

    public static readonly ValueKey<int> MessagesPerSecond = new("devices:<device>:access:<number>:messagesPerSecond", new WholeNumberRule(1, 100_000_000), "(any)",
        "With allow, in each direction by itself: what the rule lets pass of everything that it fits together, a second's worth at once. Senders wait; one that cannot (a kernel, a SoC) falls under slowReader.", "messages/s");

    public static readonly ValueKey<int> BytesPerSecond = new("devices:<device>:access:<number>:bytesPerSecond", new WholeNumberRule(1, int.MaxValue), "(any)",
        "The same for payload.", "bytes/s");

    public static readonly ValueKey<int> Priority = new("devices:<device>:access:<number>:priority", new WholeNumberRule(0, AccessRule.HighestPriority), "3",
        "Outwards, among the device's applications that have something to send: the highest goes first, up to 64 messages a turn. Who has been passed over by 8 turns comes next, whatever else waits.");

    /// <summary>All of them, in the order of the reference.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } = [Access, Rule, Service, Address, Direction, Action, MessagesPerSecond, BytesPerSecond, Priority];
}
