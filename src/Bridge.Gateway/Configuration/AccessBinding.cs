using System.Globalization;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Gateway.Configuration;

/// <summary>Reads a device's access rules, in the order of the file.</summary>
internal sealed class AccessBinding(ConfigurationReader reader, ConfigurationErrors errors)
{
    /// <summary>The rules. What is wrong with one is reported; it is not to be used then.</summary>
    public IReadOnlyList<AccessRule> Bind(string device) =>
    [
        // By number: as text 10 comes before 2. What is no number is an error already.
        .. reader.Names(AccessKeys.Access.At(device))
            .Where(static name => name.All(char.IsAsciiDigit))
            .OrderBy(static name => ulong.Parse(name, CultureInfo.InvariantCulture))
            .Select(number => Rule(device, number)),
    ];

    private AccessRule Rule(string device, string number)
    {
        AccessAction action = reader.ReadOrDefault(AccessKeys.Action, device, number);
        int? messages = reader.TryRead(AccessKeys.MessagesPerSecond, AccessKeys.MessagesPerSecond.At(device, number), out int m) ? m : null;
        int? bytes = reader.TryRead(AccessKeys.BytesPerSecond, AccessKeys.BytesPerSecond.At(device, number), out int b) ? b : null;
        if (action == AccessAction.Deny && (messages ?? bytes) is not null)
            errors.Add(AccessKeys.Rule.At(device, number), "denies and has a rate; remove the rate, or allow");
        return new AccessRule(
            reader.ReadOrDefault(AccessKeys.Service, device, number),
            reader.TryRead(AccessKeys.Address, AccessKeys.Address.At(device, number), out AddressRange address) ? address : AddressRange.All,
            reader.ReadOrDefault(AccessKeys.Direction, device, number),
            action)
        {
            MessagesPerSecond = messages,
            BytesPerSecond = bytes,
            Priority = reader.ReadOrDefault(AccessKeys.Priority, device, number),
        };
    }
}
