namespace Bridge.Gateway.Commands;

/// <summary>Ends a command with an exit code and one sentence for the user: what happened, where, what to do next.</summary>
internal sealed class CommandFailedException(ExitCode exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>How the program ends.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}
