namespace Bridge.Gateway.Commands.Manual;

/// <summary>What a user writes in a place of the command line, as far as a shell can help with it.</summary>
internal enum WordKind
{
    /// <summary>Something of the user's own.</summary>
    Text,

    /// <summary>A file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A device that a gateway of this machine serves.</summary>
    Device,

    /// <summary>A channel of that device.</summary>
    Channel,

    /// <summary>A service of that device.</summary>
    Service,

    /// <summary>One of some words.</summary>
    Choice,
}
