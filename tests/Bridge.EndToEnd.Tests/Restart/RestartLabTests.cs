using System.Text.Json;
using Bridge.EndToEnd.Tests.Lab;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Restart;

/// <summary>The lab's applications while their gateways end and come back, as a script sees it.</summary>
[Trait("Category", "Resume")]
public sealed class RestartLabTests
{
    // A gateway is back in half a second on a quiet machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Both gateways in turn, at random moments, now and then while they start.</summary>
    [Fact]
    public Task Kill_AHundredTimesWithStore_ApplicationsNoticeAPause() => RunAsync(RestartCase.KilledWithStore, kills: 100, store: true, "kill");

    [Fact]
    public Task Kill_WithoutStore_LosesOnlyWhatWasNotReadFromASocket() => RunAsync(RestartCase.KilledWithoutStore, kills: 20, store: false, "kill");

    [Fact]
    public Task Upgrade_WithStore_ApplicationsNoticeAPause() => RunAsync(RestartCase.StoppedWithStore, kills: 8, store: true, "term");

    [Fact]
    public Task Upgrade_WithoutStore_LosesNothing() => RunAsync(RestartCase.StoppedWithoutStore, kills: 8, store: false, "term");

    /// <summary>QUIC notices an end by silence only.</summary>
    [QuicFact]
    [Trait("Category", "Quic")]
    public Task Kill_OverQuic_ApplicationsNoticeAPause() => RunAsync(RestartCase.KilledWithStore, kills: 6, store: true, "kill", "quic");

    private static async Task RunAsync(RestartCase allowed, int kills, bool store, string signal, string transport = "tcp")
    {
        await using RunningProcess lab = BridgeProgram.Start(
            Machine.Here, "lab", "--scenario", "restart", "--json", "--kills", $"{kills}", "--store", store ? "true" : "false", "--signal", signal, "--transport", transport);
        (int exitCode, string output, string errors) = await lab.ExitAsync(Limit);

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {output}{errors}");
        Assert.False(Directory.Exists(LabTrace.Read(errors).Directory), errors);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        long Figure(string member) => report.GetProperty(member).GetInt64();
        Assert.Equal("restart", report.GetProperty("scenario").GetString());
        Assert.Equal((kills, 0L), (Figure("kills"), Figure("cuts")));
        Assert.True(Figure("messages") > 2 * kills, output);
        allowed.Verify(Figure("lost"), Figure("lostAtMost"), Figure("duplicated"), Figure("repeated"), $"{output}{errors}");
        Assert.All(["reordered", "corrupted", "changedAddresses"], member => Assert.True(Figure(member) == 0, $"{member}: {output}{errors}"));
        // With a store the applications' sockets stay; without, an end of a gateway is one of its application's, if that had come back since the one before.
        Assert.InRange(Figure("reconnects"), store ? 0 : 1, store ? 0 : kills);
        Assert.True(report.GetProperty("longestPauseMilliseconds").GetDouble() > 0, output);
    }
}
