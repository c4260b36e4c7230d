namespace Bridge.Gateway;

/// <summary>How the program ends. The numbers are those of sysexits.h where it has one; scripts and service managers rely on them.</summary>
internal enum ExitCode
{
    /// <summary>Done as asked; also after SIGTERM or ctrl-c.</summary>
    Ok = 0,

    /// <summary>It did not work: nobody echoed, a comparison failed, something unforeseen.</summary>
    Failure = 1,

    /// <summary>EX_USAGE: the command line is wrong.</summary>
    Usage = 64,

    /// <summary>EX_UNAVAILABLE: no gateway runs where the command looked for one.</summary>
    Unavailable = 69,

    /// <summary>EX_CONFIG: the configuration is wrong; every error was listed. Restarting does not help.</summary>
    Configuration = 78,
}
