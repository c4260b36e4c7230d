using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Words;

/// <summary>Completion in the shells themselves.</summary>
public sealed class CompletionTests
{
    [ProgramFact("bash")]
    public async Task Bash_WordsOfACommandLine_AreCompleted()
    {
        using TemporaryDirectory run = new();
        foreach (string directory in new[] { "rpmsg0/services", "rpmsg0/channels", "board/services", "$(touch bad)/services" })
            Directory.CreateDirectory(run.File(directory));
        foreach (string socket in new[] { "rpmsg0/services/chat", "rpmsg0/channels/echo", "rpmsg0/channels/x$(touch bad)" })
            run.Write(socket, "");
        string script = run.Write("completion.bash", await ScriptAsync("bash"));

        Assert.Equal("rings run", await CompleteAsync("rpmsg-bridge r", "rings", "run"));
        Assert.Contains("--count", await CompleteAsync("rpmsg-bridge ping --"), StringComparison.Ordinal);
        Assert.Equal("text", await CompleteAsync("rpmsg-bridge run --log-format t"));
        Assert.Equal("bash fish zsh", await CompleteAsync("rpmsg-bridge completion "));
        Assert.Equal("board rpmsg0", await CompleteAsync("rpmsg-bridge ping --count 3 "));
        Assert.Equal("chat echo", await CompleteAsync("rpmsg-bridge cat --wait 5 rpmsg0 "));
        Assert.Contains("rpmsg0", await CompleteAsync($"rpmsg-bridge check --config {run.Path}/"), StringComparison.Ordinal);
        // Names that somebody else has put there are not run.
        Assert.Empty(Directory.GetFiles(run.Path, "bad", SearchOption.AllDirectories));

        async Task<string> CompleteAsync(string line, params string[] only)
        {
            string program = $$"""
                cd {{run.Path}}; . {{script}}; compopt() { :; }
                read -ra COMP_WORDS <<<'{{line}}'; [[ '{{line}}' == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rpmsg_bridge; printf '%s\n' "${COMPREPLY[@]}"
                """;
            await using RunningProcess bash = RunningProcess.Start(
                Machine.Here.Command(Programs.Path("bash"), "--norc", "-c", program), [KeyValuePair.Create("RUNTIME_DIRECTORY", run.Path), KeyValuePair.Create("XDG_RUNTIME_DIR", "")]);
            (_, string output, string errors) = await bash.ExitAsync();
            Assert.Equal("", errors);
            // Another gateway of this machine may be found too.
            IEnumerable<string> words = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
            return string.Join(' ', only.Length == 0 ? words : words.Where(only.Contains));
        }
    }

    [ProgramFact("zsh")]
    public Task Zsh_Script_IsAccepted() => AcceptedAsync("zsh", "-n");

    [ProgramFact("fish")]
    public Task Fish_Script_IsAccepted() => AcceptedAsync("fish", "--no-execute");

    private static async Task AcceptedAsync(string shell, string check)
    {
        using TemporaryDirectory directory = new();
        string script = directory.Write("script", await ScriptAsync(shell));
        await using RunningProcess process = RunningProcess.Start(Machine.Here.Command(Programs.Path(shell), check, script));
        Assert.Equal((0, "", ""), await process.ExitAsync());
    }

    private static async Task<string> ScriptAsync(string shell)
    {
        (int exitCode, string script, string errors) = await BridgeProgram.RunAsync("completion", shell);
        Assert.Equal((0, ""), (exitCode, errors));
        return script;
    }
}
