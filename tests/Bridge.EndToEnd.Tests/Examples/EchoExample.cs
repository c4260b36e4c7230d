using Bridge.EndToEnd.Tests.Client;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Examples;

/// <summary>README's echo program in one language, made from README's own text and ready to be run.</summary>
/// <param name="Program">What is started.</param>
/// <param name="Arguments">Its arguments before those of the example.</param>
/// <param name="TakesNames">It is given a device and a name; else a socket's path.</param>
/// <param name="Refusal">What it says to who may not connect.</param>
internal sealed record EchoExample(string Program, IReadOnlyList<string> Arguments, bool TakesNames, string Refusal)
{
    private const string Denied = "Permission denied";

    public static async Task<EchoExample> MakeCAsync(TemporaryDirectory directory)
    {
        string source = directory.Write("echo.c", ReadmeExample.Read("README.md", "c"));
        await Machine.Here.RunAsync("gcc", "-Wall", "-Wextra", "-Werror", "-O2", "-o", directory.File("echo"), source);
        return new EchoExample(directory.File("echo"), [], false, Denied);
    }

    public static Task<EchoExample> MakePythonAsync(TemporaryDirectory directory) => Task.FromResult(
        new EchoExample(OrdinaryUser.FindProgram("python3")!, [directory.Write("echo.py", ReadmeExample.Read("README.md", "python"))], false, Denied));

    public static Task<EchoExample> MakeShellAsync(TemporaryDirectory directory) => Task.FromResult(
        new EchoExample(OrdinaryUser.FindProgram("sh")!, [directory.Write("echo.sh", ReadmeExample.Read("README.md", "shell"))], false, Denied));

    public static async Task<EchoExample> MakeCSharpAsync(TemporaryDirectory directory) => new(
        OrdinaryUser.FindProgram("dotnet")!,
        ["exec", await ConsoleProject.BuildAsync(directory, ReadmeExample.Read("README.md", "csharp"))],
        true,
        $"become a member of group {OrdinaryUser.SocketsGroup}, which owns it");

    /// <summary>Offers the service <c>echo</c> of B.</summary>
    public RunningProcess StartService(GatewayPair pair, OrdinaryUser user) =>
        user.Start(Program, [.. Arguments, .. Place(pair.B.Service("rpmsg0", "echo"))], pair.B.RunDirectory);

    /// <summary>Sends a text through A's channel <c>echo</c> and waits for the program's end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> AskAsync(GatewayPair pair, OrdinaryUser user, string text)
    {
        await using RunningProcess client = user.Start(Program, [.. Arguments, .. Place(pair.A.Channel("rpmsg0", "echo")), text], pair.A.RunDirectory);
        return await client.ExitAsync();
    }

    private string[] Place(string socket) => TakesNames ? ["rpmsg0", "echo"] : [socket];
}
