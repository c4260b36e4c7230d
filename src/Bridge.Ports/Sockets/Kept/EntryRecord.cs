using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>A service of this machine, or an endpoint that was made by a control request.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EntryRecord
{
    /// <summary><see cref="RecordKind.Entry"/>.</summary>
    public RecordKind Kind;

    /// <summary><see cref="Sockets.EntryKind.Service"/> or <see cref="Sockets.EntryKind.Endpoint"/>.</summary>
    public EntryKind EntryKind;

    /// <summary>Which was made first.</summary>
    public ulong Order;

    /// <summary><see cref="EntryTerms.Grace"/> in ticks.</summary>
    public long Grace;

    /// <summary>A service's address; an endpoint's own, ANY: the next dynamic one.</summary>
    public uint Local;

    /// <summary>An endpoint's peer; ANY for a service.</summary>
    public uint Remote;

    /// <summary>1: the address of a service was chosen by whoever made it, and not by the bus.</summary>
    public uint HasFixedAddress;

    /// <summary>1: made by a control request.</summary>
    public uint IsCreated;

    /// <summary><see cref="EntryTerms.Peers"/>.</summary>
    public int Peers;

    /// <summary>Bit 0: <see cref="EntryTerms.Takeover"/>, bit 1: <see cref="EntryTerms.Permanent"/>.</summary>
    public uint Terms;

    /// <summary>Its name.</summary>
    public KeptName Name;
}
