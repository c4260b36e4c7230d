using System.Net.Sockets;

namespace Bridge.Client;

/// <summary>Turns a connect(2) that failed into what somebody can do about it.</summary>
internal static class ConnectFailure
{
    /// <summary>One sentence, from what the kernel said and what the directories show.</summary>
    public static RpmsgException Explain(SocketPlace place, SocketException failure)
    {
        (RpmsgError error, string sentence) = failure.SocketErrorCode switch
        {
            SocketError.AccessDenied => (RpmsgError.NotPermitted, NotPermitted(place)),
            SocketError.ConnectionRefused => (RpmsgError.NoGateway, $"nobody listens on {place.Path} any more: start the gateway again with `rpmsg-bridge run`."),
            // EAGAIN: somebody connects at this very moment, and the gateway has not accepted that yet.
            SocketError.WouldBlock or SocketError.TryAgain => (RpmsgError.Taken, $"another application is just opening {place.Target}: wait until it has finished."),
            // ENOENT. It may have appeared since, which does not make this another reason.
            SocketError.AddressNotAvailable => Missing(place),
            _ when !File.Exists(place.Path) => Missing(place),
            _ => (RpmsgError.System, $"{place.Path} cannot be connected to: {failure.Message}."),
        };
        return new RpmsgException(error, sentence, failure);
    }

    /// <summary>The same for a name that was not there, with what the gateway says about it.</summary>
    public static RpmsgException Refine(SocketPlace place, RpmsgException failure, SocketState state)
    {
        if (state.IsTaken)
        {
            return new RpmsgException(RpmsgError.Taken, Taken(place), failure.InnerException);
        }

        if (state.Exists)
        {
            // It has become free since.
            return failure;
        }

        string free = List(place.Directory, Directory.EnumerateFiles);
        string sentence = place.Target.Kind == SocketKind.Service
            ? $"the gateway has no service {place.Target.Name} on {place.Target.Device}: check the name, or list it under devices:{place.Target.Device}:services; free: {free}."
            : $"the other side has not announced {place.Target.Name} on {place.Target.Device} yet: start the service there, or wait for it (Wait); free: {free}.";
        return new RpmsgException(failure.Error, sentence, failure.InnerException);
    }

    private static string Taken(SocketPlace place) => $"another application has {place.Target} open: end it, or wait for it (Wait).";

    private static (RpmsgError Error, string Sentence) Missing(SocketPlace place)
    {
        if (!Directory.Exists(place.Run))
        {
            return (RpmsgError.NoGateway, $"no gateway has its sockets in {place.Run}: start one with `rpmsg-bridge run`, or set RunDirectory to the runDirectory of the one that runs.");
        }

        if (!Directory.Exists(place.Device))
        {
            return (RpmsgError.NoDevice, $"the gateway has no device {place.Target.Device} in {place.Run}: it has {List(place.Run, Directory.EnumerateDirectories)}.");
        }

        string free = List(place.Directory, Directory.EnumerateFiles);
        return place.Target.Kind switch
        {
            SocketKind.Service => (
                RpmsgError.NoService,
                $"there is no free service {place.Target.Name} in {place.Directory}: list it under devices:{place.Target.Device}:services, or end the application that offers it already; free: {free}."),
            SocketKind.Channel when IsAnnounced(place) => (RpmsgError.Taken, Taken(place)),
            _ => (
                RpmsgError.NotAnnounced,
                $"the other side has not announced {place.Target.Name} on {place.Target.Device}, or another application has it open: start the service there, or wait for it (Wait); free: {free}."),
        };
    }

    /// <summary>A channel that is open is still there as an endpoint.</summary>
    private static bool IsAnnounced(SocketPlace place)
    {
        string prefix = place.Target.File + ".";
        return Names(Path.Combine(place.Device, "endpoints"), Directory.EnumerateFiles)
            .Any(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static string NotPermitted(SocketPlace place)
    {
        // Where there is no permission to search a directory, nothing below it can be looked at.
        string? group = FileGroup.Describe(place.Directory) ?? FileGroup.Describe(place.Device) ?? FileGroup.Describe(place.Run);
        return $"this user may not connect to {place.Path}: {(group is null ? "become a member of the group that owns it" : $"become a member of {group}, which owns it")}, or change mode or group in the gateway's configuration.";
    }

    private static string List(string directory, Func<string, IEnumerable<string>> entries) =>
        Names(directory, entries).Where(static name => !name.StartsWith('.')).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } names ? string.Join(", ", names) : "none";

    private static IEnumerable<string> Names(string directory, Func<string, IEnumerable<string>> entries)
    {
        try
        {
            return [.. entries(directory).Select(static path => Path.GetFileName(path))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It went at this moment, or may not be read: nothing can be listed.
            return [];
        }
    }
}
