using System.Diagnostics.CodeAnalysis;

namespace Bridge.Ports.Sockets;

/// <summary>
/// An entry's path below its device's directory as applications spell it, <c>channels/echo</c>: the directory's name and the file's name, which is
/// percent-encoded (<see cref="SocketName"/>).
/// </summary>
/// <param name="Kind">Which directory.</param>
/// <param name="File">The file's name.</param>
internal readonly record struct EntryPath(EntryKind Kind, string File)
{
    /// <summary>Longest file name in bytes: a name, a dot and the ten digits of an endpoint's address.</summary>
    public const int MaximumFileLength = SocketName.MaximumLength + 1 + 10;

    private const string Expected = "channels/NAME, endpoints/NAME.ADDRESS or services/NAME";

    /// <summary>Reads a path; no such entry need exist.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="path">What it says.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence; null if nothing is.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out EntryPath path, [NotNullWhen(false)] out string? fault)
    {
        path = default;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> directory = slash < 0 ? text : text[..slash];
        ReadOnlySpan<char> file = slash < 0 ? [] : text[(slash + 1)..];
        EntryKind? kind = directory switch
        {
            "channels" => EntryKind.Channel,
            "endpoints" => EntryKind.Endpoint,
            "services" => EntryKind.Service,
            _ => null,
        };
        fault = kind switch
        {
            null => $"is not {Expected}",
            _ when file.IsEmpty => $"has no name behind the directory: {Expected}",
            _ when file is "." or ".." || file.ContainsAnyExcept(SocketFileCharacters.All) =>
                "is not spelt as the socket's file is: all but A-Z a-z 0-9 _ - and inner dots is percent-encoded (a space is %20)",
            _ when file.Length > MaximumFileLength => $"has a name of more than {MaximumFileLength} characters",
            EntryKind.Endpoint when !EndsInAddress(file) => "has no address behind the name's last dot: endpoints/NAME.ADDRESS",
            _ => null,
        };
        if (fault is not null)
        {
            return false;
        }

        path = new EntryPath(kind!.Value, file.ToString());
        return true;
    }

    /// <summary>The order in which entries are listed: channels, endpoints, services, each by the bytes of its file name.</summary>
    public static int Compare(EntryPath left, EntryPath right) =>
        left.Kind != right.Kind ? left.Kind.CompareTo(right.Kind) : string.CompareOrdinal(left.File, right.File);

    /// <summary>As applications spell it.</summary>
    public override string ToString() => Kind switch
    {
        EntryKind.Channel => $"channels/{File}",
        EntryKind.Endpoint => $"endpoints/{File}",
        EntryKind.Service => $"services/{File}",
        _ => throw new InvalidOperationException($"no directory for {Kind}"),
    };

    private static bool EndsInAddress(ReadOnlySpan<char> file)
    {
        int dot = file.LastIndexOf('.');
        // The digits of a decimal number without leading zeros, so that one endpoint has one spelling.
        return dot > 0 && uint.TryParse(file[(dot + 1)..], System.Globalization.NumberStyles.None, null, out _) && (file[dot + 1] != '0' || file.Length == dot + 2);
    }
}
