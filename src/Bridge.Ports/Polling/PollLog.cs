using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Polling;

/// <summary>What the ports' threads say.</summary>
internal static partial class PollLog
{
    [LoggerMessage(LogLevel.Critical, "{Device}: a defect reached the port's thread")]
    public static partial void ThreadFailed(ILogger logger, Exception failure, string device);
}
