using System.Runtime.InteropServices;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>A message of the bus itself that is not in a ring yet.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlRecord
{
    /// <summary><see cref="RecordKind.Control"/>; changed in place to Free once the message has been published.</summary>
    public RecordKind Kind;

    /// <summary>Of which service.</summary>
    public ControlKind Service;

    /// <summary>Which was queued first.</summary>
    public ulong Order;

    /// <summary>What it says: flags of the name or address service, or the flow message's kind.</summary>
    public uint What;

    /// <summary>The announced endpoint, or ours.</summary>
    public uint Source;

    /// <summary>The peer's; the name service has none.</summary>
    public uint Destination;

    /// <summary>A flow message's value.</summary>
    public uint Value;

    /// <summary>The service's name; a flow message has none.</summary>
    public KeptName Name;
}
