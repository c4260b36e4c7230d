using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>All log lines of the vhost-user ports. None is written per message.</summary>
internal static partial class VhostUserLog
{
    [LoggerMessage(LogLevel.Information, "{Device}: waits for a vhost-user front end on {Path}")]
    public static partial void Listens(ILogger logger, string device, string path);

    [LoggerMessage(LogLevel.Error, "{Device}: {Path} cannot be used: {Why}; tried again in a moment. Remove what has the name, or configure another socket")]
    public static partial void CannotListen(ILogger logger, string device, string path, string why);

    [LoggerMessage(LogLevel.Information, "{Device}: front end connected, process {Process} of user {User}")]
    public static partial void Connected(ILogger logger, string device, int process, uint user);

    [LoggerMessage(LogLevel.Information, "{Device}: front end disconnected")]
    public static partial void Disconnected(ILogger logger, string device);

    [LoggerMessage(LogLevel.Warning, "{Device}: front end of process {Process} is turned away: another one has the device ({Count} so far)")]
    public static partial void Refused(ILogger logger, string device, int process, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: front end disconnected by this side: {Why}")]
    public static partial void Faulted(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Information, "{Device}: driver starts with {Queues} queues; memory of {Regions} regions, {Megabytes} MiB, {Unsealed} of them not sealed against shrinking")]
    public static partial void LifeBegins(ILogger logger, string device, int queues, int regions, ulong megabytes, int unsealed);

    [LoggerMessage(LogLevel.Information, "{Device}: driver's life ends: {Why}")]
    public static partial void LifeEnds(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Warning, "{Device}: the device needs a reset, and vhost-user cannot ask the driver for one: {Why}. Unbind and bind the guest's driver, or restart the guest")]
    public static partial void NeedsReset(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Warning, "{Device}: connections cannot be accepted: {Why}; tried again in a moment")]
    public static partial void CannotAccept(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Information, "{Device}: front end has returned the in-flight region of this life: its rings go on")]
    public static partial void Returned(ILogger logger, string device);

    [LoggerMessage(LogLevel.Information, "{Device}: front end has gone with its in-flight region; its driver's life is kept for {Seconds:0} s")]
    public static partial void Kept(ILogger logger, string device, double seconds);

    [LoggerMessage(LogLevel.Warning, "{Device}: queue {Queue}: {Count} chains were left by an earlier back end; they are repeated or answered, by the device table")]
    public static partial void Inherited(ILogger logger, string device, int queue, int count);
}
