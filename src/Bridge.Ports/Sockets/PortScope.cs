using Bridge.Ports.Polling;
using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>What the parts of one sockets port share. Everything in it belongs to the device's turn.</summary>
/// <param name="Options">Without errors.</param>
/// <param name="Bus">The device's rpmsg bus.</param>
/// <param name="Poll">Watches the sockets.</param>
/// <param name="Counters">Of this port.</param>
/// <param name="Kept">What a successor must know.</param>
/// <param name="Time">For the pace of logs and retries, and for the grace time.</param>
/// <param name="Log">For this device.</param>
internal sealed record PortScope(SocketsOptions Options, RpmsgBus Bus, PollThread Poll, SocketsCounters Counters, KeptSockets Kept, TimeProvider Time, ILogger Log)
{
    /// <summary>How long messages are on their way between sockets and ring.</summary>
    public SocketTimes Times { get; } = new(Options.Device, Time);

    /// <summary>What the configuration's rules allow.</summary>
    public AccessControl Access { get; } = new(Options, Bus, Counters, Time, Log);

    /// <summary>The device's name, with which every log line begins.</summary>
    public string Device => Options.Device;

    /// <summary>The other side speaks the flow service in this life of the device.</summary>
    public bool HasFlow => (Bus.Features & RpmsgFeatures.Flow) != 0;

    /// <summary>Messages that are kept for one reader. With the flow service at least what a sender may send before it hears anything.</summary>
    public int Capacity => HasFlow ? Math.Max(Options.Quota, FlowWindow.Initial) : Options.Quota;
}
