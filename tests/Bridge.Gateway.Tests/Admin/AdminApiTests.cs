using System.Net;
using System.Net.Sockets;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Reports;
using Bridge.Linux;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Gateway.Tests.Admin;

/// <summary>The admin API through a real Unix socket, with a gateway that says what the test wants.</summary>
public sealed class AdminApiTests
{
    private const UnixFileMode GroupMode = (UnixFileMode)0b110_110_000;

    [Fact]
    public async Task GetStatus_ThroughTheSocket_IsWhatTheGatewayReports()
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports());
        using AdminClient client = new(directory.File("admin.sock"));

        GatewayReport report = await client.GetStatusAsync(CancellationToken.None).Bounded();

        Assert.Equal(("a", "1.2.3", 4.5), (report.Name, report.Version, report.UptimeSeconds));
        Assert.Equal(FakeReports.Link, Assert.Single(report.Links));
        QueueReport queue = Assert.Single(Assert.Single(report.Devices).Queues);
        Assert.Equal(FakeReports.Queue, queue);
    }

    [Fact]
    public async Task GetChannels_ThroughTheSocket_IsWhatTheGatewayReports()
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports());
        using AdminClient client = new(directory.File("admin.sock"));

        ChannelsReport report = await client.GetChannelsAsync(CancellationToken.None).Bounded();

        Assert.Equal(FakeReports.Channel, Assert.Single(report.Channels));
    }

    [Fact]
    public async Task GetStatus_Json_HasStableNamesAndNoUnknownMembers()
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports());

        (HttpStatusCode status, string body) = await GetAsync(directory, AdminApi.Status);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """
            {
              "name": "a",
              "version": "1.2.3",
              "uptimeSeconds": 4.5,
              "readiness": {
                "ready": true,
                "reasons": []
              },
              "listen": [],
              "links": [
                {
                  "peer": "b",
                  "state": "up",
                  "transport": "tcp",
                  "connections": 1
                }
              ],
              "devices": [
                {
                  "name": "rpmsg0",
                  "link": "b",
                  "side": "virtio",
                  "port": "sockets",
                  "driverOk": true,
                  "queues": [
                    {
                      "index": 0,
                      "size": 256,
                      "inFlight": 3
                    }
                  ]
                }
              ]
            }
            """,
            body);
    }

    [Theory]
    [InlineData(LinkState.Up, true, HttpStatusCode.OK, "true", "")]
    [InlineData(LinkState.Down, true, HttpStatusCode.ServiceUnavailable, "false", "The link to b is down.")]
    [InlineData(LinkState.Connecting, true, HttpStatusCode.ServiceUnavailable, "false", "The link to b is connecting.")]
    [InlineData(LinkState.Up, false, HttpStatusCode.ServiceUnavailable, "false", "Device rpmsg0 is not DRIVER_OK.")]
    internal async Task GetReady_DependsOnLinkAndDriver(LinkState link, bool driverOk, HttpStatusCode expected, string ready, string reason)
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports { State = link, DriverOk = driverOk });

        (HttpStatusCode status, string body) = await GetAsync(directory, AdminApi.Ready);

        Assert.Equal(expected, status);
        Assert.Contains($"\"ready\": {ready}", body, StringComparison.Ordinal);
        Assert.Contains(reason, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetHealth_OfAGatewayThatIsNotReady_IsOk()
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports { State = LinkState.Down });

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(directory, AdminApi.Health));
    }

    [Fact]
    [Trait("Category", "Security")]
    public async Task Socket_WhileServing_IsClosedToOthers()
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports());

        Assert.Equal((UnixFileMode)0b110_110_000, File.GetUnixFileMode(directory.File("admin.sock")));
    }

    [Theory]
    [InlineData("daemon")]
    [InlineData("1")]
    [Trait("Category", "Security")]
    public async Task Socket_WithAGroup_BelongsToItAndSoDoesANewDirectory(string group)
    {
        using TemporaryDirectory directory = new();
        string made = directory.File("new");
        if (UserGroup.EffectiveUserId != 0)
        {
            // Only root may give files to any group; for others the error must say so.
            CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(
                () => AdminSocket.PrepareAsync(Path.Combine(made, "admin.sock"), GroupMode, group, CancellationToken.None).Bounded());
            Assert.Contains($"cannot be given to group {group}", failure.Message, StringComparison.Ordinal);
            return;
        }

        uint id = UserGroup.FindGroup("daemon")!.Value;
        await AdminSocket.PrepareAsync(Path.Combine(made, "admin.sock"), GroupMode, group, CancellationToken.None).Bounded();
        FileStatus status = FileEntry.ReadStatus(made)!.Value;
        Assert.Equal((id, (UnixFileMode)0b111_101_000), (status.GroupId, status.Mode));

        await using WebApplication server = await ServeAsync(directory, new FakeReports(), group);
        status = FileEntry.ReadStatus(directory.File("admin.sock"))!.Value;
        Assert.Equal((id, GroupMode), (status.GroupId, status.Mode));
    }

    [Fact]
    public async Task Prepare_UnknownGroup_SaysSo()
    {
        using TemporaryDirectory directory = new();

        CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(
            () => AdminSocket.PrepareAsync(directory.File("admin.sock"), GroupMode, "no-such-group-here", CancellationToken.None).Bounded());

        Assert.Equal(ExitCode.Configuration, failure.ExitCode);
        Assert.Contains("'no-such-group-here'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_SocketOfAKilledGateway_IsRemoved()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("admin.sock");
        LeaveStaleSocket(path);
        Assert.True(File.Exists(path));

        await AdminSocket.PrepareAsync(path, GroupMode, group: null, CancellationToken.None).Bounded();

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Prepare_SocketOfARunningGateway_IsLeftAlone()
    {
        using TemporaryDirectory directory = new();
        await using WebApplication server = await ServeAsync(directory, new FakeReports());

        CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(
            () => AdminSocket.PrepareAsync(directory.File("admin.sock"), GroupMode, group: null, CancellationToken.None).Bounded());

        Assert.StartsWith("a gateway is running already", failure.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(directory, AdminApi.Health)).Status);
    }

    [Fact]
    public async Task GetStatus_NobodyThere_SaysWhereAndWhatToDo()
    {
        using TemporaryDirectory directory = new();
        using AdminClient client = new(directory.File("admin.sock"));

        CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(() => client.GetStatusAsync(CancellationToken.None).Bounded());

        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
        Assert.StartsWith($"no gateway answers on {directory.File("admin.sock")}: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Start one with `rpmsg-bridge run --config FILE`, or name its socket with --admin-socket or --config.", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> ServeAsync(TemporaryDirectory directory, IGatewayReports reports, string? group = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseAdminSocket(directory.File("admin.sock"), (UnixFileMode)0b110_110_110, group);
        builder.Services.AddRoutingCore();
        WebApplication application = builder.Build();
        application.MapAdminApi(reports);
        await application.StartAsync().Bounded();
        return application;
    }

    // A second client, so that what is asserted about the wire does not pass through the code under test.
    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(TemporaryDirectory directory, string address)
    {
        using HttpClient http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(directory.File("admin.sock")), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using HttpResponseMessage response = await http.GetAsync(new Uri("http://gateway" + address)).Bounded();
        return (response.StatusCode, await response.Content.ReadAsStringAsync().Bounded());
    }

    // Bound and closed without .NET's own clean-up: a dangling path, as SIGKILL leaves it.
    private static void LeaveStaleSocket(string path)
    {
        string elsewhere = path + ".moved";
        using (Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
            File.Move(elsewhere, path);
        }
    }
}
