using System.Text.Json;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>The lab as a script sees it: one JSON object, an exit code, nothing left behind.</summary>
public sealed class LabReportTests
{
    private static readonly string[] Members =
        ["scenario", "transport", "bytes", "sha256Match", "messages", "lost", "duplicated", "reordered", "rttMicroseconds", "messagesPerSecond"];

    [Fact]
    public async Task Lab_OddFileOverTcp_ReportsOneJsonObject()
    {
        using TemporaryDirectory directory = new();
        byte[] content = new byte[100_003];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(directory.File("odd"), content);

        JsonElement report = await RunAsync("--transport", "tcp", "--file", directory.File("odd"));

        AssertAllIsWell(report, "tcp", content.Length);
    }

    [Fact]
    public async Task Lab_EmptyFileOverTcp_ReportsOneJsonObject()
    {
        using TemporaryDirectory directory = new();

        JsonElement report = await RunAsync("--transport", "tcp", "--file", directory.Write("empty", ""));

        AssertAllIsWell(report, "tcp", 0);
    }

    [QuicFact]
    [Trait("Category", "Quic")]
    public async Task Lab_OwnAssemblyOverQuic_ReportsOneJsonObject()
    {
        JsonElement report = await RunAsync("--transport", "quic");

        AssertAllIsWell(report, "quic", new FileInfo(BridgeProgram.Assembly).Length);
    }

    [Fact]
    public async Task Lab_NoSuchFile_SaysSo()
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("lab", "--json", "--file", "/nonexistent/file");

        Assert.Equal((64, ""), (exitCode, output));
        Assert.Equal("rpmsg-bridge: --file /nonexistent/file: there is no such file.\n", errors);
    }

    [WithoutQuicFact]
    public async Task Lab_QuicWithoutItsLibrary_FailsWithASentence()
    {
        await using RunningProcess lab = RunningProcess.Start(QuicLibrary.Hidden(Programs.Path("dotnet"), "exec", BridgeProgram.Assembly, "lab", "--json", "--transport", "quic"));

        (int exitCode, string output, string errors) = await lab.ExitAsync();

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal("rpmsg-bridge: QUIC is not available: libmsquic 2.2 or newer is not installed on this machine. Install it, or use --transport tcp.\n", errors);
    }

    [WithoutQuicFact]
    public async Task Lab_AutoWithoutQuicsLibrary_UsesTcpAndSaysWhy()
    {
        await using RunningProcess lab = RunningProcess.Start(QuicLibrary.Hidden(Programs.Path("dotnet"), "exec", BridgeProgram.Assembly, "lab", "--json"));

        (int exitCode, string output, string errors) = await lab.ExitAsync();

        Assert.True(exitCode == 0, errors);
        AssertAllIsWell(JsonDocument.Parse(output).RootElement, "tcp", new FileInfo(BridgeProgram.Assembly).Length);
        Assert.Contains("Joined over TCP with TLS 1.3: QUIC is not available: libmsquic 2.2 or newer is not installed on this machine.\n", errors, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync(["lab", "--json", .. arguments]);
        Assert.True(exitCode == 0, $"Exit code {exitCode}: {errors}");
        LabTrace trace = LabTrace.Read(errors);
        Assert.False(Directory.Exists(trace.Directory), $"{trace.Directory} was left.");
        // Fails on anything before or behind the object.
        return JsonDocument.Parse(output).RootElement;
    }

    private static void AssertAllIsWell(JsonElement report, string transport, long bytes)
    {
        Assert.Equal(Members, report.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("default", transport, bytes), (report.GetProperty("scenario").GetString(), report.GetProperty("transport").GetString(), report.GetProperty("bytes").GetInt64()));
        Assert.True(report.GetProperty("sha256Match").GetBoolean(), report.ToString());
        Assert.Equal((0, 0, 0), (report.GetProperty("lost").GetInt64(), report.GetProperty("duplicated").GetInt64(), report.GetProperty("reordered").GetInt64()));
        Assert.True(report.GetProperty("messages").GetInt64() >= 110_000, report.ToString());
        JsonElement roundTrip = report.GetProperty("rttMicroseconds");
        Assert.True(roundTrip.GetProperty("p50").GetDouble() > 0, report.ToString());
        Assert.True(roundTrip.GetProperty("p99").GetDouble() >= roundTrip.GetProperty("p50").GetDouble(), report.ToString());
        Assert.True(report.GetProperty("messagesPerSecond").GetDouble() > 0, report.ToString());
    }
}
