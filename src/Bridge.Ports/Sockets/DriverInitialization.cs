using static Bridge.Ports.Sockets.DriverEvent;
using static Bridge.Ports.Sockets.DriverState;

namespace Bridge.Ports.Sockets;

/// <summary>The order in which a driver initialises a device (virtio 1.2, 3.1.1). Pure; the whole table is under test.</summary>
/// <code>
///   Absent --Offered--&gt; Resetting --ResetDone--&gt; Acknowledging --Done--&gt; Driving --Done--&gt; Accepting --Done--&gt; Confirming --Done--&gt; SettingUp --Done--&gt; Running
///                         ^  ^                       |                                   Refused: FAILED                 |               |
///                         |  `-----------------------+------------------------- NeedsReset ------------------------------+---------------'
///                         `-- Offered -- Failed
/// </code>
internal static class DriverInitialization
{
    public static DriverState Next(DriverState state, DriverEvent happened) => (state, happened) switch
    {
        (Absent or Failed, Offered) => Resetting,
        (Resetting, ResetDone) => Acknowledging,
        (Acknowledging, Done) => Driving,
        (Driving, Done) => Accepting,
        (Accepting, Done) => Confirming,
        (Confirming, Done) => SettingUp,
        (SettingUp, Done) => Running,
        (Accepting or Confirming or SettingUp, Refused) => Failed,
        // While resetting it is under way already; after Failed only another offer can help.
        (Acknowledging or Driving or Accepting or Confirming or SettingUp or Running, NeedsReset) => Resetting,
        _ => state,
    };
}
