using Bridge.Link.Transports;
using Microsoft.Extensions.Logging;

namespace Bridge.Link;

/// <summary>What links and the listener log. Event ids are stable.</summary>
internal static partial class LinkLog
{
    [LoggerMessage(100, LogLevel.Information, "Link {Link}: connection {Connection} to {Gateway} ({Fingerprint}) at {RemoteEndPoint} over {Transport} is up, lanes: {Lanes}.")]
    public static partial void Up(ILogger log, string link, uint connection, string gateway, string fingerprint, string remoteEndPoint, TransportKind transport, string lanes);

    [LoggerMessage(101, LogLevel.Warning, "Link {Link}: {Refusal}")]
    public static partial void NoLane(ILogger log, string link, string refusal);

    [LoggerMessage(102, LogLevel.Warning, "Link {Link}: connection {Connection} ended: {Reason}. {Text}")]
    public static partial void Down(ILogger log, string link, uint connection, CloseReason reason, string text);

    [LoggerMessage(103, LogLevel.Warning, "Link {Link}: no connection: {Reason}. {Text}")]
    public static partial void NotUp(ILogger log, string link, CloseReason reason, string text);

    [LoggerMessage(104, LogLevel.Debug, "Link {Link}: next dial in {Delay}.")]
    public static partial void BackOff(ILogger log, string link, TimeSpan delay);

    [LoggerMessage(105, LogLevel.Information, "Link {Link}: {Note}")]
    public static partial void TransportNote(ILogger log, string link, string note);

    [LoggerMessage(106, LogLevel.Debug, "Link {Link}: the Close frame may not have arrived: {Text}")]
    public static partial void CloseNotDelivered(ILogger log, string link, string text);

    [LoggerMessage(107, LogLevel.Debug, "Link {Link}: closing the transport: {Text}")]
    public static partial void DisposeFailed(ILogger log, string link, string text);

    [LoggerMessage(108, LogLevel.Error, "Link {Link}: internal error; the connection is closed.")]
    public static partial void Defect(ILogger log, string link, Exception exception);

    [LoggerMessage(109, LogLevel.Warning, "Link {Link}: {EndPoint} accepts TCP, but then nothing comes through: packets of full size may vanish on the way. From now on it is dialled with segments of at most {Bytes} bytes.")]
    public static partial void NarrowPath(ILogger log, string link, string endPoint, int bytes);

    [LoggerMessage(120, LogLevel.Information, "Listening for peers at {EndPoint} over {Transport}.")]
    public static partial void Listening(ILogger log, string endPoint, TransportKind transport);

    [LoggerMessage(121, LogLevel.Information, "Listening without QUIC. {WhyNot}")]
    public static partial void ListeningWithoutQuic(ILogger log, string whyNot);

    [LoggerMessage(122, LogLevel.Warning, "Refused {RemoteEndPoint}: {Reason}. {Text}")]
    public static partial void Refused(ILogger log, string remoteEndPoint, CloseReason reason, string text);

    [LoggerMessage(124, LogLevel.Warning, "{Count} more connections were refused within {Seconds} s; their lines are left out.")]
    public static partial void MoreRefused(ILogger log, long count, double seconds);

    [LoggerMessage(123, LogLevel.Error, "The listener for {Transport} met an internal error; it goes on.")]
    public static partial void ListenerDefect(ILogger log, TransportKind transport, Exception exception);
}
