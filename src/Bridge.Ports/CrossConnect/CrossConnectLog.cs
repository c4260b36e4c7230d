using Microsoft.Extensions.Logging;

namespace Bridge.Ports.CrossConnect;

/// <summary>All log lines of the cross-connect. None is written per message.</summary>
internal static partial class CrossConnectLog
{
    [LoggerMessage(LogLevel.Information, "{Device}: the {Driver} driver runs, features {Features}; it is told of {Names} names")]
    public static partial void Running(ILogger logger, string device, string driver, string features, int names);

    [LoggerMessage(LogLevel.Information, "{Device}: the {Driver} driver has stopped; {Names} names of it are withdrawn from the other driver, {Lost} messages for it are lost")]
    public static partial void Stopped(ILogger logger, string device, string driver, int names, long lost);

    [LoggerMessage(LogLevel.Information, "{Device}: the {Driver} driver announces {Name} at {Address}")]
    public static partial void Announced(ILogger logger, string device, string driver, string name, uint address);

    [LoggerMessage(LogLevel.Information, "{Device}: the {Driver} driver withdraws {Name} at {Address}")]
    public static partial void Withdrawn(ILogger logger, string device, string driver, string name, uint address);

    [LoggerMessage(LogLevel.Warning, "{Device}: messages of the {Driver} driver are dropped, because the other driver does not run ({Count} so far): start that guest, then send")]
    public static partial void NoDriver(ILogger logger, string device, string driver, long count);

    [LoggerMessage(LogLevel.Warning, "{Device}: messages of the {Driver} driver are longer than the other driver's buffers and are dropped ({Count} so far): both need the same buffer size")]
    public static partial void TooLong(ILogger logger, string device, string driver, long count);

    [LoggerMessage(LogLevel.Error, "{Device}: a ring of the {Driver} driver is broken: {Detail}; it has to be reset")]
    public static partial void RingFault(ILogger logger, string device, string driver, string detail);
}
