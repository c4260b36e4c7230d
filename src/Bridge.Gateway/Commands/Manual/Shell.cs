namespace Bridge.Gateway.Commands.Manual;

/// <summary>Shells that there is completion for.</summary>
internal enum Shell
{
    /// <summary>GNU bash.</summary>
    Bash,

    /// <summary>The Z shell.</summary>
    Zsh,

    /// <summary>The friendly interactive shell.</summary>
    Fish,
}
