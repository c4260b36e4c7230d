using System.Net;
using Bridge.Linux;
using Bridge.Ports.Sockets.Access;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>All log lines of the sockets ports. None is written per message.</summary>
internal static partial class SocketsLog
{
    [LoggerMessage(LogLevel.Information, "{Device}: sockets in {Directory} are for {Openers}; {Stale} stale ones removed")]
    public static partial void Opened(ILogger logger, string device, string directory, string openers, int stale);

    [LoggerMessage(LogLevel.Warning, "{Device}: {File} {Why}: begun anew")]
    public static partial void NotRecovered(ILogger logger, string device, string file, string why);

    [LoggerMessage(LogLevel.Information, "{Device}: goes on where the gateway before ended: {Conversations} conversations, {Sockets} of them with their sockets; {Waiting} messages wait for their readers")]
    public static partial void Recovered(ILogger logger, string device, int conversations, int sockets, int waiting);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} is not recovered: {Reason}")]
    public static partial void ConversationNotRecovered(ILogger logger, string device, string path, string reason);

    [LoggerMessage(LogLevel.Warning, "{Device}: applications had sent {Count} messages that are not in the ring: lost with this process")]
    public static partial void LeftUnsent(ILogger logger, string device, long count);

    [LoggerMessage(LogLevel.Information, "{Device}: the other side announces {Name} at {Address}")]
    public static partial void Announced(ILogger logger, string device, string name, uint address);

    [LoggerMessage(LogLevel.Information, "{Device}: the other side withdraws {Name} at {Address}")]
    public static partial void Withdrawn(ILogger logger, string device, string name, uint address);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Name} at {Address} gets no socket: {Reason} ({Count} so far)")]
    public static partial void AnnouncementRefused(ILogger logger, string device, string name, uint address, string reason, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: the access rules deny {Path} messages {Direction}: dropped ({Count} so far in this direction)")]
    public static partial void MessageDenied(ILogger logger, string device, string path, AccessDirection direction, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Name} at {Address} is not shown: an access rule denies it ({Count} so far)")]
    public static partial void NameDenied(ILogger logger, string device, string name, uint address, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} is faster {Direction} than the access rule for {Service} allows: it waits ({Count} times so far)")]
    public static partial void RateReached(ILogger logger, string device, string path, AccessDirection direction, string service, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: the sender to {Path} cannot wait and is faster than its access rule allows; {Policy} ({Count} so far)")]
    public static partial void RateExceeded(ILogger logger, string device, string path, OverQuotaPolicy policy, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: service {Path} is not announced: an access rule denies it")]
    public static partial void ServiceDenied(ILogger logger, string device, string path);

    [LoggerMessage(LogLevel.Debug, "{Device}: {Path} opened by {Who}, endpoint {Address}")]
    public static partial void ConversationOpened(ILogger logger, string device, string path, Opener who, uint address);

    [LoggerMessage(LogLevel.Debug, "{Device}: {Path} closed ({Reason}): {Sent} messages sent, {Received} handed over")]
    public static partial void ConversationClosed(ILogger logger, string device, string path, ConversationEvent reason, long sent, long received);

    [LoggerMessage(LogLevel.Information, "{Device}: service {Path} has its peer {Peer}")]
    public static partial void Bound(ILogger logger, string device, string path, uint peer);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} sent {Length} bytes, {Maximum} are possible: connection ended, its sender finds the end of file and EPIPE")]
    public static partial void TooLong(ILogger logger, string device, string path, int length, int maximum);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} does not read; {Policy} ({Count} messages so far)")]
    public static partial void OverQuota(ILogger logger, string device, string path, OverQuotaPolicy policy, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} got more messages than the other side's credit allows: closed")]
    public static partial void FlowViolation(ILogger logger, string device, string path);

    [LoggerMessage(LogLevel.Warning, "{Device}: peer {Peer} refused by {Path}: {Reason} ({Count} so far)")]
    public static partial void PeerRefused(ILogger logger, string device, uint peer, string path, FlowCloseReason reason, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} is taken over from {Earlier} by {Who}")]
    public static partial void TakenOver(ILogger logger, string device, string path, Opener earlier, Opener who);

    [LoggerMessage(LogLevel.Information, "{Device}: the application of {Path} has gone; its messages wait {Seconds} s for another")]
    public static partial void Awaited(ILogger logger, string device, string path, double seconds);

    [LoggerMessage(LogLevel.Warning, "{Device}: no application came back to {Path} in time: closed, {Lost} messages dropped")]
    public static partial void GraceOver(ILogger logger, string device, string path, int lost);

    [LoggerMessage(LogLevel.Warning, "{Device}: stream connections are awaited on {Address}, which is not loopback: whoever reaches it may use every channel")]
    public static partial void TcpForEverybody(ILogger logger, string device, IPEndPoint address);

    [LoggerMessage(LogLevel.Warning, "{Device}: stream connection of {Who} refused: {Error}, {Reason}")]
    public static partial void StreamRefused(ILogger logger, string device, Opener who, Errno error, string reason);

    [LoggerMessage(LogLevel.Information, "{Device}: {Who} {What} {Socket}")]
    public static partial void Controlled(ILogger logger, string device, Opener who, string what, string socket);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} sent to address {Destination}, which is reserved or one peer too many: closed")]
    public static partial void Misaddressed(ILogger logger, string device, string path, uint destination);

    [LoggerMessage(LogLevel.Error, "{Device}: {Path} is not available, trying again: {Reason}")]
    public static partial void SocketFailed(ILogger logger, string device, string path, string reason);

    [LoggerMessage(LogLevel.Error, "{Device}: {Path} ended: {Reason}")]
    public static partial void ConversationFailed(ILogger logger, string device, string path, string reason);

    [LoggerMessage(LogLevel.Information, "{Device}: the other side closed {Path}: {Reason}")]
    public static partial void PeerClosed(ILogger logger, string device, string path, FlowCloseReason reason);

    [LoggerMessage(LogLevel.Error, "{Device}: {Path} was opened but cannot be served: {Reason}")]
    public static partial void OpenFailed(ILogger logger, string device, string path, string reason);

    [LoggerMessage(LogLevel.Information, "{Device}: running with {Features}")]
    public static partial void Running(ILogger logger, string device, string features);

    [LoggerMessage(LogLevel.Information, "{Device}: stopped")]
    public static partial void Stopped(ILogger logger, string device);

    [LoggerMessage(LogLevel.Warning, "{Device}: the device needs a reset: {Why}")]
    public static partial void NeedsReset(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Error, "{Device}: the driver gives up until the offer changes: {Why}")]
    public static partial void DriverFailed(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Error, "{Device}: ring fault: {Why}")]
    public static partial void RingFault(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path}, which an earlier gateway left, cannot be opened: {Why}; the device begins anew")]
    public static partial void LifeUnreadable(ILogger logger, string device, string path, string why);

    [LoggerMessage(LogLevel.Warning, "{Device}: {Path} cannot be removed: {Why}; nobody goes on with what it holds")]
    public static partial void LifeNotRemoved(ILogger logger, string device, string path, string why);

    [LoggerMessage(LogLevel.Warning, "{Device}: there is no room for memory that outlives the gateway: {Why}; should it be killed, the device begins anew. Make room where the run directory lies")]
    public static partial void LifeNotKept(ILogger logger, string device, string why);

    [LoggerMessage(LogLevel.Warning, "{Device}: the device side is another one: {Count} messages that the lost one had perhaps not got are given to it, {Lost} of conversations that ended with it are not")]
    public static partial void GivenToSuccessor(ILogger logger, string device, int count, int lost);
}
