using System.CommandLine;

namespace Bridge.Gateway.Commands;

/// <summary>A command whose summary stands in the list of commands and whose details follow only in its own help.</summary>
internal abstract class DetailedCommand(string name, string summary, string details) : Command(name, summary)
{
    /// <summary>What a user should know beyond arguments and options: examples, exit codes.</summary>
    public string Details { get; } = details;
}
