namespace Bridge.Ports.Sockets;

/// <summary>Why a device's directory cannot be used.</summary>
public enum RunDirectoryFault
{
    /// <summary>The longest socket path would be over 107 bytes.</summary>
    PathTooLong,

    /// <summary>It cannot be created or read.</summary>
    Inaccessible,

    /// <summary>Something else than a directory has the name.</summary>
    NotADirectory,

    /// <summary>Another user owns it.</summary>
    ForeignOwner,

    /// <summary>Others than its owner may write to it.</summary>
    WritableByOthers,

    /// <summary>Another gateway uses it.</summary>
    Locked,

    /// <summary>The configured group does not exist, or this process may not give files to it.</summary>
    Group,

    /// <summary>A socket of the device, or a TCP address that stream connections are to be awaited on, cannot be had.</summary>
    Socket,
}
