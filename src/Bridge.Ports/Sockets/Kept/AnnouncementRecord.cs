using System.Runtime.InteropServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>A service of the other side.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AnnouncementRecord
{
    /// <summary><see cref="RecordKind.Announcement"/>.</summary>
    public RecordKind Kind;

    /// <summary>Where it listens.</summary>
    public uint Address;

    /// <summary>Which was announced first.</summary>
    public ulong Order;

    /// <summary>1: the announcement asks to be told who opens an endpoint to it (AS_ANNOUNCE).</summary>
    public uint AsksForAssignment;

    /// <summary>Its name.</summary>
    public KeptName Name;
}
