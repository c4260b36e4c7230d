using System.Text.Json;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Security;

/// <summary>What an administrator does to a running gateway.</summary>
internal static class Reloading
{
    /// <summary>Writes the gateway's configuration as it stands now and reloads it; fails if the gateway refuses.</summary>
    public static async Task<string> ReloadAsync(this TestGateway gateway)
    {
        (int exitCode, string output, string errors) = await gateway.TryReloadAsync();
        Assert.True(exitCode == 0, $"{output}\n{errors}");
        return output;
    }

    /// <summary>The same, which the gateway may refuse.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryReloadAsync(this TestGateway gateway)
    {
        await File.WriteAllTextAsync(gateway.ConfigurationFile, gateway.Configuration.ToJsonString());
        return await BridgeProgram.RunAsync("reload", "--admin-socket", gateway.Configuration["adminSocket"]!.GetValue<string>());
    }

    /// <summary>How many connections the gateway's only link has had.</summary>
    public static async Task<int> ConnectionsAsync(this TestGateway gateway) => (await gateway.LinkAsync()).GetProperty("connections").GetInt32();

    /// <summary>Waits until the gateway's only link has had so many connections and is up.</summary>
    public static Task UntilConnectedAsync(this TestGateway gateway, int connections) => gateway.UntilAsync(
        status => status.GetProperty("links")[0] is JsonElement link && link.GetProperty("state").GetString() == "up" && link.GetProperty("connections").GetInt32() >= connections,
        $"connection {connections}");
}
