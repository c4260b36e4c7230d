using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Control;

/// <summary>What the members of requests must be beyond their types. Each rule returns a sentence, or null if it is kept.</summary>
internal static class ControlRules
{
    /// <summary>Most characters of a stranger's text that a sentence quotes.</summary>
    private const int MaximumQuotation = 64;

    public static string? FindNameFault(string member, string name) =>
        !NameServiceMessage.IsValidName(name) ? $"'{member}' is not an rpmsg name: 1..{NameServiceMessage.MaximumNameLength} characters between U+0001 and U+00FF, one per byte"
        : SocketName.Encode(name) is null ? $"'{member}' is a directory's name, which no socket can have: choose another"
        : null;

    /// <summary>An endpoint of this side; 0 would be taken for none by some stacks, and the configuration refuses it too.</summary>
    public static string? FindOwnAddressFault(string member, uint address) =>
        address == 0 ? $"'{member}' is 0: choose 1 or more, or leave it out" : FindAddressFault(member, address);

    /// <summary>Somebody's endpoint.</summary>
    public static string? FindAddressFault(string member, uint address) =>
        address is RpmsgAddress.NameService or RpmsgAddress.AddressService or RpmsgAddress.Flow or RpmsgAddress.Any
            ? $"'{member}' is {address}, which is reserved: choose another"
            : null;

    public static string? FindRangeFault(string member, int value, int least, int most) =>
        value < least || value > most ? $"'{member}' is {value}; allowed is {least}..{most}" : null;

    public static string? FindSocketFault(string member, string text) => EntryPath.TryParse(text, out _, out string? fault) ? null : $"'{member}' {fault}";

    /// <summary>Reads a path that <see cref="FindSocketFault"/> has found nothing wrong with.</summary>
    public static EntryPath Read(string text) =>
        EntryPath.TryParse(text, out EntryPath path, out string? fault) ? path : throw new InvalidOperationException($"'{text}' {fault}");

    /// <summary>A stranger's text in a sentence: short, and without control characters.</summary>
    public static string Quote(string text) =>
        string.Concat("'", string.Concat(text.Take(MaximumQuotation).Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)), text.Length > MaximumQuotation ? "...'" : "'");
}
