using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>What relays say. Never per message.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(1, LogLevel.Information, "{Device}: the device side offers virtio id {DeviceId} with {Queues} queues, features {Features}")]
    public static partial void OfferReceived(ILogger logger, string device, ushort deviceId, int queues, string features);

    [LoggerMessage(2, LogLevel.Information, "{Device}: features that the device offers and the bridge cannot carry are not offered to the driver: {Features}")]
    public static partial void OfferCut(ILogger logger, string device, string features);

    [LoggerMessage(3, LogLevel.Information, "{Device}: the driver accepted {Accepted}; it left out {LeftOut}")]
    public static partial void DriverAccepted(ILogger logger, string device, string accepted, string leftOut);

    [LoggerMessage(4, LogLevel.Information, "{Device}: epoch {Epoch} begins (driver life {Life:x16})")]
    public static partial void EpochBegins(ILogger logger, string device, uint epoch, ulong life);

    [LoggerMessage(5, LogLevel.Information, "{Device}: link is up on connection {Connection}; epoch {Epoch} resumed, {Outstanding} chains in flight")]
    public static partial void Resumed(ILogger logger, string device, uint connection, uint epoch, int outstanding);

    [LoggerMessage(6, LogLevel.Warning, "{Device}: epoch {Epoch} ends: {Why}")]
    public static partial void EpochEnds(ILogger logger, string device, uint epoch, string why);

    [LoggerMessage(7, LogLevel.Information, "{Device}: the device runs (DRIVER_OK), features {Features}")]
    public static partial void DeviceStarted(ILogger logger, string device, string features);

    [LoggerMessage(8, LogLevel.Error, "{Device}: queue {Queue}: ring fault {Fault}: {Detail}; the queue is stopped until the next reset")]
    public static partial void QueueBroken(ILogger logger, string device, int queue, string fault, string detail);

    [LoggerMessage(9, LogLevel.Warning, "{Device}: queue {Queue}: chain fault {Fault}: {Detail}; its buffer was given back unused ({Count} so far)")]
    public static partial void ChainFault(ILogger logger, string device, int queue, string fault, string detail, long count);

    [LoggerMessage(10, LogLevel.Warning, "{Device}: peer broke the protocol: {Reason}: {Detail}; the connection is closed and will be re-established")]
    public static partial void PeerFault(ILogger logger, string device, string reason, string detail);

    [LoggerMessage(11, LogLevel.Warning, "{Device}: the peer did not answer the reset within {Milliseconds} ms; it is complete on this side")]
    public static partial void ResetTimedOut(ILogger logger, string device, double milliseconds);

    [LoggerMessage(12, LogLevel.Warning, "{Device}: the device needs a reset: {Why}")]
    public static partial void NeedsReset(ILogger logger, string device, string why);

    [LoggerMessage(13, LogLevel.Error, "{Device}: the peer offers a device that is refused: {Why}")]
    public static partial void OfferRefused(ILogger logger, string device, string why);

    [LoggerMessage(14, LogLevel.Error, "{Device}: its work failed: {Why}; the device stops, the gateway and other devices go on")]
    public static partial void DeviceFailed(ILogger logger, Exception exception, string device, string why);

    [LoggerMessage(15, LogLevel.Warning, "{Device}: the device was lost and begins anew: {Repeated} chains are repeated, {Forfeited} given back because they must not be")]
    public static partial void DeviceRestarted(ILogger logger, string device, long repeated, long forfeited);

    [LoggerMessage(18, LogLevel.Warning,
        "{Device}: the device side has lost epoch {Epoch} and begins anew behind a driver that goes on: {Count} chains are outstanding, and are given to it again where the device type allows it")]
    public static partial void Reseeded(ILogger logger, string device, uint epoch, int count);

    [LoggerMessage(16, LogLevel.Warning, "{Device}: the driver wrote {Bytes} bytes at {Offset} of the configuration space, where a driver of this {Type} may not write; ignored, and counted from here on")]
    public static partial void WriteRefused(ILogger logger, string device, int bytes, uint offset, string type);

    [LoggerMessage(17, LogLevel.Warning, "{Device}: the driver has written to the configuration space, and the other gateway is too old to be told of it; the writes are forgotten. Bring both gateways to the same version")]
    public static partial void WritesNotTaken(ILogger logger, string device);

    [LoggerMessage(19, LogLevel.Warning, "{Device}: what an earlier process left of a life cannot be gone on with: {Why}; the device begins anew")]
    public static partial void LifeNotRecovered(ILogger logger, string device, string why);

    [LoggerMessage(20, LogLevel.Warning, "{Device}: this life is not kept for a successor: {Why}; should the gateway be killed, the device begins anew")]
    public static partial void LifeNotKept(ILogger logger, string device, string why);

    [LoggerMessage(21, LogLevel.Information, "{Device}: goes on with epoch {Epoch} of an earlier process, {Outstanding} chains in flight")]
    public static partial void LifeRecovered(ILogger logger, string device, uint epoch, int outstanding);
}
