using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Examples;

/// <summary>README's echo programs, from its own text, in both roles, as an ordinary user through two gateways.</summary>
public sealed class ReadmeExamplesTests
{
    private const int Burst = 100;

    [OrdinaryUserFact("gcc")]
    public Task C_BothRoles_Echo() => EchoAsync(EchoExample.MakeCAsync);

    [OrdinaryUserFact("python3")]
    public Task Python_BothRoles_Echo() => EchoAsync(EchoExample.MakePythonAsync);

    [OrdinaryUserFact("socat")]
    public Task Shell_BothRoles_Echo() => EchoAsync(EchoExample.MakeShellAsync);

    [OrdinaryUserFact("dotnet")]
    public Task CSharp_BothRoles_Echo() => EchoAsync(EchoExample.MakeCSharpAsync);

    private static async Task EchoAsync(Func<TemporaryDirectory, Task<EchoExample>> make)
    {
        using TemporaryDirectory directory = new();
        Publish(directory.Path);
        EchoExample example = await make(directory);
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Group = OrdinaryUser.SocketsGroup });

        await RefusedAsync(example, pair);
        await ServeAsync(example, pair, async () =>
        {
            (int exitCode, string output, string errors) = await example.AskAsync(pair, OrdinaryUser.Member, "hello  from \"A\", $HOME");
            Assert.True(exitCode == 0, $"exit code {exitCode}: {output}{errors}");
            Assert.Equal("hello  from \"A\", $HOME\n", output);
        });
        await ServeAsync(example, pair, () => BurstAsync(pair));
        Assert.Contains($"rpmsg0: sockets in {Path.Combine(pair.B.RunDirectory, "rpmsg0")} are for user 0 and group {OrdinaryUser.SocketsGroup} (mode 0660)", pair.B.Log, StringComparison.Ordinal);
    }

    /// <summary>Somebody who is not in the group learns it from the program.</summary>
    private static async Task RefusedAsync(EchoExample example, GatewayPair pair)
    {
        await using RunningProcess service = example.StartService(pair, OrdinaryUser.Outsider);
        (int exitCode, _, string errors) = await service.ExitAsync();
        Assert.True(exitCode != 0, "The service ended well although it may not connect.");
        Assert.Contains(example.Refusal, errors, StringComparison.Ordinal);

        (exitCode, string output, errors) = await example.AskAsync(pair, OrdinaryUser.Outsider, "hello");
        Assert.True(exitCode != 0, "The client ended well although it may not connect.");
        Assert.Contains(example.Refusal, errors, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    /// <summary>The service runs until its peer has gone, and ends well then.</summary>
    private static async Task ServeAsync(EchoExample example, GatewayPair pair, Func<Task> talk)
    {
        await using RunningProcess service = example.StartService(pair, OrdinaryUser.Member);
        await Bounds.UntilAsync(() => service.HasExited || File.Exists(pair.A.Channel("rpmsg0", "echo")), "the channel", service.Describe);
        await talk();
        (int exitCode, string output, string errors) = await service.ExitAsync();
        Assert.True(exitCode == 0, $"The service ended with exit code {exitCode}: {output}{errors}");
        await Bounds.UntilAsync(() => !File.Exists(pair.A.Channel("rpmsg0", "echo")), "the channel's withdrawal", pair.Describe);
    }

    /// <summary>Many messages at once come back one by one, also those of the greatest length.</summary>
    private static async Task BurstAsync(GatewayPair pair)
    {
        using Application application = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        for (int i = 0; i < Burst; i++)
            await application.SendAsync(Message(i)).Bounded();
        for (int i = 0; i < Burst; i++)
            Assert.Equal(Message(i), await application.ReceiveAsync());
    }

    private static byte[] Message(int number)
    {
        byte[] message = new byte[number % 2 == 0 ? Application.MaximumMessage : 1 + number];
        Array.Fill(message, (byte)number);
        return message;
    }

    private static void Publish(string directory) =>
        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
}
