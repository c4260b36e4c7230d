namespace Bridge.Ports.Sockets.Access;

/// <summary>
/// One rule of a device's access list: which services it is about, and what may be done with them. The first rule that fits decides; where none does everything is allowed.
/// A service is known by its name and its own address, at whichever side it is offered.
/// </summary>
/// <param name="Service">The service's name; <c>*</c> stands for any characters, <c>?</c> for one.</param>
/// <param name="Addresses">The service's address.</param>
/// <param name="Direction">The way that its messages go.</param>
/// <param name="Action">What becomes of them.</param>
public sealed record AccessRule(string Service, AddressRange Addresses, AccessDirection Direction, AccessAction Action)
{
    /// <summary>The highest <see cref="Priority"/>; 0 is the lowest.</summary>
    public const int HighestPriority = 7;

    /// <summary>What has no rule, and rules that do not say.</summary>
    public const int DefaultPriority = 3;

    /// <summary>Messages a second of everything together that the rule decides about in one direction; null: any number.</summary>
    public int? MessagesPerSecond { get; init; }

    /// <summary>Payload bytes a second, likewise.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Among this device's applications that have something to send those with the higher one go first, see <see cref="SendOrder{T}"/>.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>The rule decides about messages of that service in that direction, which is not <see cref="AccessDirection.Both"/>.</summary>
    internal bool Fits(string service, uint address, AccessDirection direction) =>
        (Direction == AccessDirection.Both || Direction == direction) && Addresses.Contains(address) && ServicePattern.Matches(Service, service);

    /// <summary>Everything that is wrong, one sentence each.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (Service.Length == 0)
            yield return "an access rule's service pattern is empty";
        if (Addresses.Last < Addresses.First)
            yield return $"an access rule's addresses {Addresses.First}-{Addresses.Last} end before they begin";
        if (MessagesPerSecond < 1 || BytesPerSecond < 1)
            yield return "an access rule's rate is below 1 a second; deny instead";
        if (Priority is < 0 or > HighestPriority)
            yield return $"an access rule's priority {Priority} is not 0..{HighestPriority}";
    }
}
