using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;
using Bridge.EndToEnd.Tests.Words;

namespace Bridge.EndToEnd.Tests.Security;

/// <summary>The private key is in its file, and nowhere else where anybody could find it.</summary>
[Trait("Category", "Security")]
public sealed class SecretsTests
{
    [Fact]
    public async Task Key_OfARunningGateway_StandsInNothingThatItSaysOrShows()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
        }

        string admin = pair.A.Configuration["adminSocket"]!.GetValue<string>();
        await pair.A.ReloadAsync();
        List<string> said = [];
        foreach (string command in new[] { "status", "channels", "rings", "reload" })
        {
            (int exitCode, string output, string errors) = await BridgeProgram.RunAsync(command, "--admin-socket", admin, "--json");
            Assert.True(exitCode == 0, errors);
            said.AddRange([output, errors]);
        }

        string archive = pair.A.ConfigurationFile + ".tar.gz";
        Assert.Equal(0, (await BridgeProgram.RunAsync("diag", "--output", archive, "--admin-socket", admin)).ExitCode);
        said.AddRange(UnpackedArchive.Read(archive).Values);
        (_, string checkedOutput, string checkedErrors) = await BridgeProgram.RunAsync("check", "--config", pair.A.ConfigurationFile);
        (_, string shown, _) = await BridgeProgram.RunAsync("identity", "--config", pair.A.ConfigurationFile);
        string process = $"/proc/{pair.A.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        said.AddRange([checkedOutput, checkedErrors, shown, pair.A.Log, pair.B.Log, File.ReadAllText($"{process}/cmdline"), File.ReadAllText($"{process}/environ")]);

        string[] material = Material(pair.A.Configuration["identity"]!.GetValue<string>());
        // The search finds what there is to find.
        Assert.All(material.Take(2), part => Assert.Contains(part, File.ReadAllText(pair.A.Configuration["identity"]!.GetValue<string>()), StringComparison.Ordinal));
        foreach (string text in said)
            Assert.DoesNotContain(material, part => text.Contains(part, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(pair.A.Fingerprint, shown, StringComparison.Ordinal);
    }

    [CoreFileFact]
    public async Task Core_OfAGatewayThatIsKilledBadly_IsNotMade()
    {
        using TemporaryDirectory directory = new();
        // Something without a secret, to see that core files are made here at all.
        await using (RunningProcess other = StartWithCores(directory.Path, "exec sleep 1000"))
            await EndBadlyAsync(other);
        string[] cores = Directory.GetFiles(directory.Path, "core*");
        Assert.True(cores.Length == 1, "no core file is made here, so that nothing can be told");
        File.Delete(cores[0]);

        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await pair.A.SignalAsync("TERM");
        await pair.A.ExitAsync();
        await using RunningProcess gateway = StartWithCores(directory.Path, $"exec {Programs.Path("dotnet")} exec {BridgeProgram.Assembly} run --config {pair.A.ConfigurationFile}");
        await gateway.WaitForAsync("Gateway a runs");
        await EndBadlyAsync(gateway);

        Assert.Empty(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task Memory_OfAGateway_IsNotItsOwnUsersToRead()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await pair.A.SignalAsync("TERM");
        await pair.A.ExitAsync();
        await using RunningProcess other = StartWithoutCapabilities("sleep", "1000");
        await using RunningProcess gateway = StartWithoutCapabilities("dotnet", "exec", BridgeProgram.Assembly, "run", "--config", pair.A.ConfigurationFile);
        await gateway.WaitForAsync("Gateway a runs");

        // The same user may look into whatever else it runs.
        Assert.Equal(0, await LookIntoAsync(other.Id));
        Assert.NotEqual(0, await LookIntoAsync(gateway.Id));
        Assert.DoesNotContain("keep its memory", gateway.Errors.Text, StringComparison.Ordinal);
    }

    /// <summary>Opening the memory is allowed or not; nothing is read.</summary>
    private static async Task<int> LookIntoAsync(int process)
    {
        await using RunningProcess look = StartWithoutCapabilities("sh", "-c", $"exec 3</proc/{process.ToString(CultureInfo.InvariantCulture)}/mem");
        return (await look.ExitAsync()).ExitCode;
    }

    /// <summary>As an ordinary user has it; root without capabilities is one in this respect.</summary>
    private static RunningProcess StartWithoutCapabilities(string program, params string[] arguments) => RunningProcess.Start(Environment.IsPrivilegedProcess
        ? Machine.Here.Command(Programs.Path("setpriv"), ["--bounding-set=-all", "--inh-caps=-all", "--", Programs.Path(program), .. arguments])
        : Machine.Here.Command(Programs.Path(program), arguments));

    private static RunningProcess StartWithCores(string directory, string command) =>
        RunningProcess.Start(Machine.Here.Command(Programs.Path("sh"), "-c", $"cd {directory} && ulimit -c unlimited && {command}"));

    /// <summary>By a signal whose default is a core dump, and that .NET leaves alone.</summary>
    private static async Task EndBadlyAsync(RunningProcess process)
    {
        await process.SignalAsync("SYS");
        await process.ExitAsync();
    }

    /// <summary>The private key in the forms in which it could stand somewhere: lines of the PEM file, the number itself.</summary>
    private static string[] Material(string file)
    {
        string pem = File.ReadAllText(file);
        int begin = pem.IndexOf("-----BEGIN PRIVATE KEY-----", StringComparison.Ordinal);
        string[] lines = [.. pem[begin..].Split('\n').Where(line => line.Length >= 40 && !line.StartsWith('-'))];
        Assert.InRange(lines.Length, 2, 10);
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(pem.AsSpan(begin));
        byte[] number = key.ExportParameters(includePrivateParameters: true).D!;
        return [.. lines, Convert.ToHexString(number), Convert.ToBase64String(number), Encoding.Latin1.GetString(number)];
    }
}
