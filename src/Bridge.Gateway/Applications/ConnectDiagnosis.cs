using System.Net.Sockets;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Reports;
using Bridge.Linux;

namespace Bridge.Gateway.Applications;

/// <summary>Finds out why connecting to an application socket failed: from the path, and from the gateway if it answers.</summary>
internal sealed class ConnectDiagnosis(SocketTarget target)
{
    private const string Start = "start it with `rpmsg-bridge run --config FILE`, or name its place with --run-directory or --config";

    private string Rules => $"change devices:{target.Device}:access in the gateway's configuration";

    private string DeviceDirectory => Path.Combine(target.RunDirectory, target.Device);

    /// <summary>What is the matter and what to do.</summary>
    public async Task<ConnectProblem> FindAsync(SocketException failure, CancellationToken cancellation)
    {
        PathAccess access = PathAccess.Of(target.Path);
        if (access.Closed is { } closed)
            return Denied(closed);
        if (access.Missing is not { } missing)
            return ExplainExisting(failure);
        if (target.RunDirectory.StartsWith(missing, StringComparison.Ordinal))
            return new ConnectProblem(ExitCode.Unavailable, $"no gateway has its sockets in {target.RunDirectory}", Start);
        using AdminClient admin = new(target.AdminSocket);
        if (DeviceDirectory.StartsWith(missing, StringComparison.Ordinal))
            return await ExplainDeviceAsync(admin, cancellation);
        if (target.Kind == SocketTarget.ControlKind)
            return new ConnectProblem(ExitCode.Unavailable, $"no gateway runs with its sockets in {target.RunDirectory}", Start);
        ChannelsReport? report = await AskAsync(admin.GetChannelsAsync, cancellation);
        return report is null ? ExplainFromDirectory() : await ExplainFromGatewayAsync(admin, report, cancellation);
    }

    private static ConnectProblem Denied(string place) => new(ExitCode.Failure, "not permitted", PathAccess.ExplainDenial(place).TrimEnd('.'), MayPass: false);

    private ConnectProblem ExplainExisting(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.AccessDenied => Denied(target.Path),
        SocketError.ConnectionRefused => new ConnectProblem(ExitCode.Unavailable, $"nobody listens on {target.Path}", $"its gateway has ended; {Start}"),
        // It came between the attempt and this look.
        SocketError.AddressNotAvailable => new ConnectProblem(ExitCode.Failure, $"{target.Kind} {target.Name} of {target.Device} was not there a moment ago and is now", "try again", IsPast: true),
        _ => new ConnectProblem(ExitCode.Failure, $"connecting to {target.Path} failed", failure.Message),
    };

    private async Task<ConnectProblem> ExplainDeviceAsync(AdminClient admin, CancellationToken cancellation)
    {
        GatewayReport? status = await AskAsync(admin.GetStatusAsync, cancellation);
        List<string> devices = status is not null ? [.. status.Devices.Select(device => device.Name)] : Names(target.RunDirectory, FileKind.Directory);
        return status is null && devices.Count == 0
            ? new ConnectProblem(ExitCode.Unavailable, $"no gateway has its sockets in {target.RunDirectory}", Start)
            : new ConnectProblem(ExitCode.Failure, $"the gateway has no device {target.Device} in {target.RunDirectory}", $"it has {List(devices)}; check the name");
    }

    private async Task<ConnectProblem> ExplainFromGatewayAsync(AdminClient admin, ChannelsReport report, CancellationToken cancellation)
    {
        ChannelReport[] all = [.. report.Channels.Where(channel => channel.Device == target.Device && channel.Kind == target.Kind)];
        if (Array.Find(all, channel => channel.Name == target.Name) is { } found)
        {
            return found.State == "refused"
                ? new ConnectProblem(ExitCode.Failure, $"the access rules deny {target.Kind} {target.Name} of {target.Device}", $"{Rules}, and reload")
                : found.State.StartsWith("unavailable", StringComparison.Ordinal)
                ? new ConnectProblem(ExitCode.Failure, $"{target.Kind} {target.Name} of {target.Device} has no socket ({found.State})", "the gateway's log says more")
                : new ConnectProblem(ExitCode.Failure, $"{target.Kind} {target.Name} of {target.Device} is taken by another application", "end that one, or wait for its end with --wait");
        }

        string names = List([.. all.Select(channel => channel.Name).Distinct()]);
        if (target.Kind == "service")
        {
            return new ConnectProblem(
                ExitCode.Failure, $"the gateway has no service {target.Name} on {target.Device}",
                $"it has {names}; check the name, or add it to devices:{target.Device}:services in the configuration");
        }

        GatewayReport? status = await AskAsync(admin.GetStatusAsync, cancellation);
        string reasons = status is { Readiness.Ready: false } ? $" ({string.Join(' ', status.Readiness.Reasons).TrimEnd('.')})" : "";
        bool hides = status?.Devices.FirstOrDefault(device => device.Name == target.Device)?.Counters?.GetValueOrDefault("port.announcementsDenied") > 0;
        return new ConnectProblem(
            ExitCode.Failure, $"the other side has not announced a channel {target.Name} on {target.Device} yet{(hides ? ", or an access rule hides it" : "")}{reasons}",
            $"it has announced {(all.Length == 0 ? "nothing" : names)}; check the name, {(hides ? Rules + ", " : "")}or wait for it with --wait");
    }

    /// <summary>The gateway does not say anything, so only free sockets are seen.</summary>
    private ConnectProblem ExplainFromDirectory()
    {
        string directory = Path.GetDirectoryName(target.Path)!;
        List<string> free = Names(directory, FileKind.Socket);
        return free.Count == 0 && PathAccess.Of(target.AdminSocket) is { Missing: not null }
            ? new ConnectProblem(ExitCode.Unavailable, $"no gateway runs with its sockets in {target.RunDirectory}", Start)
            : new ConnectProblem(
                ExitCode.Failure, $"there is no {target.Kind} {target.Name} on {target.Device}, or somebody is using it",
                $"free in {directory}: {List(free)}; check the name, or wait for it with --wait");
    }

    /// <summary>The gateway's answer; null when it does not give one.</summary>
    private static async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await question(cancellation);
        }
        catch (CommandFailedException)
        {
            // No gateway, no right to ask it, or one of another version: the directory must do.
            return null;
        }
    }

    private static List<string> Names(string directory, FileKind kind)
    {
        try
        {
            return [.. Directory.GetFileSystemEntries(directory).Where(entry => FileEntry.ReadStatus(entry)?.Kind == kind).Select(entry => Path.GetFileName(entry)!)];
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string List(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(name => ReportTable.Plain(name)).Order(StringComparer.Ordinal));
}
