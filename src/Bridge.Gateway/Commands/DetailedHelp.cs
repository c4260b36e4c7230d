using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Bridge.Gateway.Commands;

/// <summary>The usual help, then the command's details and the exit codes.</summary>
internal sealed class DetailedHelp(HelpAction help, string programDetails) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = help.Invoke(parseResult);
        string details = parseResult.CommandResult.Command is DetailedCommand command ? command.Details : programDetails;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(details);
        output.WriteLine(ExitCodes.Line);
        return exitCode;
    }
}
