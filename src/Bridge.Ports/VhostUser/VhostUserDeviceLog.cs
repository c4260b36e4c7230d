using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>All log lines of the vhost-user device port. None is written per message.</summary>
internal static partial class VhostUserDeviceLog
{
    [LoggerMessage(LogLevel.Information, "{Device}: waits for a vhost-user back end on {Path}: {Why}")]
    public static partial void Waits(ILogger logger, string device, string path, string why);

    [LoggerMessage(LogLevel.Information, "{Device}: connected to back end, process {Process} of user {User}")]
    public static partial void Connected(ILogger logger, string device, int process, uint user);

    [LoggerMessage(LogLevel.Warning, "{Device}: back end has gone{WithLife}; tried again until it is back")]
    public static partial void Disconnected(ILogger logger, string device, string withLife);

    [LoggerMessage(LogLevel.Warning, "{Device}: back end disconnected by this side: {Why}; tried again in a moment")]
    public static partial void Faulted(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Information, "{Device}: back end offers virtio id {DeviceId} with {Queues} queues, {Configuration} bytes of configuration")]
    public static partial void Offered(ILogger logger, string device, ushort deviceId, int queues, int configuration);

    [LoggerMessage(LogLevel.Information, "{Device}: back end is given {Queues} rings and {Megabytes} MiB of memory{Resumed}")]
    public static partial void HandedOver(ILogger logger, string device, int queues, ulong megabytes, string resumed);

    [LoggerMessage(LogLevel.Warning, "{Device}: back end does not take the driver's write of {Bytes} bytes at {Offset} of the configuration space; the driver is told what it has instead")]
    public static partial void WriteRefused(ILogger logger, string device, int bytes, int offset);
}
