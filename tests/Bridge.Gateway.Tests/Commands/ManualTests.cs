using System.CommandLine;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Commands.Manual;

namespace Bridge.Gateway.Tests.Commands;

/// <summary>Manual and completions say what the program does: both are compared with the definitions that parse the command line.</summary>
public sealed class ManualTests
{
    private static readonly RootCommand s_program = ProgramCommand.Build();

    [Fact]
    public void Manual_OfEveryCommand_HasItsArgumentsOptionsAndDetails()
    {
        string page = ManualPage.Write(new ProgramDescription(s_program), "1.2.3");

        foreach (Command command in s_program.Subcommands)
        {
            Assert.Contains($".SS \"rpmsg\\-bridge {ManualPage.Escape(command.Name)}", page, StringComparison.Ordinal);
            string section = Section(page, command.Name);
            Assert.Contains(ManualPage.Escape(command.Description!), section, StringComparison.Ordinal);
            foreach (Option option in command.Options.Where(static option => !option.Hidden))
            {
                Assert.Contains($"\\fB{ManualPage.Escape(option.Name)}\\fR", section, StringComparison.Ordinal);
                Assert.Contains(ManualPage.Escape(option.Description!), section, StringComparison.Ordinal);
            }

            Assert.All(command.Arguments, argument => Assert.Contains($".I {argument.Name}\n{ManualPage.Escape(argument.Description!)}", section, StringComparison.Ordinal));
            string[] details = ((DetailedCommand)command).Details.Split('\n');
            Assert.All(details.Where(static line => line.Trim().Length > 0), line => Assert.Contains(ManualPage.Escape(line.TrimEnd()), section, StringComparison.Ordinal));
            Assert.DoesNotContain("until\\-input\\-ends", section, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Manual_Tells_EveryExitCodeOnce()
    {
        string page = ManualPage.Write(new ProgramDescription(s_program), "1.2.3");

        Assert.Equal(Enum.GetValues<ExitCode>(), ExitCodes.All.Select(static one => one.Code));
        Assert.All(ExitCodes.All, one => Assert.Contains($".B {(int)one.Code}\n{one.Meaning}\n", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--x", "\\-\\-x")]
    [InlineData("a\\b", "a\\eb")]
    [InlineData(".TH", "\\&.TH")]
    [InlineData("'quoted'", "\\&'quoted'")]
    public void Escape_Text_IsNoRequestAndNoEscape(string text, string escaped) => Assert.Equal(escaped, ManualPage.Escape(text));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Completion_OfAnyShell_KnowsEveryCommandAndOption(string shell)
    {
        ProgramDescription program = new(s_program);
        string script = shell switch { "bash" => BashCompletion.Write(program), "zsh" => ZshCompletion.Write(program), _ => FishCompletion.Write(program) };

        foreach (Command command in s_program.Subcommands)
        {
            Assert.Contains(command.Name, script, StringComparison.Ordinal);
            Assert.All(
                command.Options.Where(static option => !option.Hidden),
                option => Assert.Contains(shell == "fish" ? $" -l {option.Name[2..]}" : option.Name, script, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("until-input-ends", script, StringComparison.Ordinal);
    }

    private static string Section(string page, string command)
    {
        int begin = page.IndexOf($".SS \"rpmsg\\-bridge {ManualPage.Escape(command)}", StringComparison.Ordinal);
        int next = page.IndexOf("\n.SS ", begin, StringComparison.Ordinal), end = page.IndexOf("\n.SH ", begin, StringComparison.Ordinal);
        return page[begin..(next < 0 ? end : Math.Min(next, end))];
    }
}
