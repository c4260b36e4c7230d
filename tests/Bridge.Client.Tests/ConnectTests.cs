using System.Net.Sockets;
using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>Newcomers' mistakes: one sentence each that says what to do.</summary>
public sealed class ConnectTests : IDisposable
{
    private static readonly RpmsgPath Echo = RpmsgPath.Channel(FakeGateway.Device, "echo");

    private readonly FakeGateway _gateway = new();

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task Connect_NoRunDirectory_SaysThatNoGatewayRuns()
    {
        string run = Path.Combine(_gateway.Run, "elsewhere");

        await FailsAsync(Echo, RpmsgError.NoGateway, $"no gateway has its sockets in {run}: start one", new RpmsgChannelOptions { RunDirectory = run });
    }

    [Fact]
    public async Task Connect_UnknownDevice_ListsThoseThatAreThere()
    {
        Directory.CreateDirectory(Path.Combine(_gateway.Run, "audio"));

        await FailsAsync(RpmsgPath.Channel("rpmsg1", "echo"), RpmsgError.NoDevice, $"no device rpmsg1 in {_gateway.Run}: it has audio, rpmsg0.");
    }

    [Fact]
    public async Task Connect_ChannelNotAnnounced_ListsFreeOnes()
    {
        using SeqPacketListener other = _gateway.Offer("channels/other");

        await FailsAsync(Echo, RpmsgError.NotAnnounced, "has not announced echo on rpmsg0, or another application has it open: start the service there, or wait for it (Wait); free: other.");
    }

    [Fact]
    public async Task Connect_ChannelThatIsOpen_SaysThatItIsTaken()
    {
        using SeqPacketListener endpoint = _gateway.Offer("endpoints/echo.1024");

        await FailsAsync(Echo, RpmsgError.Taken, "another application has rpmsg0/channels/echo open");
    }

    [Fact]
    public async Task Connect_OtherNameWithTheSameBeginning_IsNoSignThatItIsTaken()
    {
        using SeqPacketListener endpoint = _gateway.Offer("endpoints/echo.two.1024");

        await FailsAsync(Echo, RpmsgError.NotAnnounced, "free: none.");
    }

    [Fact]
    public Task Connect_UnknownService_SaysWhereToListIt() =>
        FailsAsync(RpmsgPath.Service(FakeGateway.Device, "echo"), RpmsgError.NoService, "there is no free service echo in");

    [Fact]
    public async Task Connect_KilledGatewaysSocket_SaysToStartIt()
    {
        _gateway.Offer("channels/echo").Dispose();

        await FailsAsync(Echo, RpmsgError.NoGateway, "nobody listens on");
    }

    [Fact]
    public async Task Connect_OthersWaitToBeAccepted_SaysThatItIsTaken()
    {
        using SeqPacketListener listener = _gateway.Offer("channels/echo");
        await using RpmsgChannel first = await RpmsgChannel.ConnectAsync(Echo, _gateway.Options).Bounded();

        await FailsAsync(Echo, RpmsgError.Taken, "is just opening");
    }

    [Fact]
    public async Task Connect_NoSocket_NamesWhatTheSystemSaid()
    {
        using Socket stream = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stream.Bind(new UnixDomainSocketEndPoint(_gateway.PathOf("channels/echo")));
        stream.Listen();

        await FailsAsync(Echo, RpmsgError.System, "cannot be connected to: Protocol wrong type for socket.");
    }

    [Fact]
    public Task Connect_PathTooLong_SaysByHowMuch()
    {
        string run = _gateway.Run + "/" + new string('r', 107 - _gateway.Run.Length - "//rpmsg0/channels/echo".Length + 3);

        return FailsAsync(Echo, RpmsgError.InvalidName, "is 3 bytes too long for a socket", new RpmsgChannelOptions { RunDirectory = run });
    }

    [Fact]
    public void Explain_NotPermitted_NamesTheGroup()
    {
        SocketPlace place = new(Echo, _gateway.Run);
        bool root = UserGroup.EffectiveUserId == 0;
        if (root)
        {
            FileEntry.SetGroup(place.Directory, 4711);
        }

        RpmsgException failure = ConnectFailure.Explain(place, new SocketException((int)SocketError.AccessDenied));

        Assert.Equal(RpmsgError.NotPermitted, failure.Error);
        Assert.Contains($"may not connect to {place.Path}: become a member of group {(root ? "4711, which owns it" : "")}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_SocketAppearedAfterTheAttempt_IsStillWorthWaitingFor()
    {
        using SeqPacketListener listener = _gateway.Offer("channels/echo");

        RpmsgException failure = ConnectFailure.Explain(new SocketPlace(Echo, _gateway.Run), new SocketException((int)SocketError.AddressNotAvailable));

        Assert.Equal(RpmsgError.NotAnnounced, failure.Error);
    }

    [Fact]
    public async Task Connect_WaitAndItAppears_Connects()
    {
        Task<RpmsgChannel> connecting = RpmsgChannel.ConnectAsync(Echo, _gateway.Options with { Wait = Timeout.InfiniteTimeSpan });
        Assert.False(connecting.IsCompleted);

        using SeqPacketListener listener = _gateway.Offer("channels/echo");

        await using RpmsgChannel channel = await connecting.Bounded();
        Assert.Equal((Echo, 0), (channel.Path, channel.Reconnects));
    }

    [Fact]
    public Task Connect_WaitIsOver_TellsTheReason() =>
        FailsAsync(Echo, RpmsgError.NotAnnounced, "has not announced echo", _gateway.Options with { Wait = TimeSpan.FromMilliseconds(50) });

    [Fact]
    public async Task Connect_CancelledWhileItWaits_Ends()
    {
        using CancellationTokenSource cancellation = new();
        Task<RpmsgChannel> connecting = RpmsgChannel.ConnectAsync(Echo, _gateway.Options with { Wait = Timeout.InfiniteTimeSpan }, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Bounded());
    }

    [Fact]
    public async Task Connect_OptionsOutOfRange_AreRefused()
    {
        foreach (RpmsgChannelOptions wrong in new[]
        {
            _gateway.Options with { Wait = TimeSpan.FromSeconds(-2) },
            _gateway.Options with { Reconnect = TimeSpan.FromTicks(-1) },
            _gateway.Options with { MaximumMessageLength = 0 },
            _gateway.Options with { MaximumMessageLength = 65521 },
        })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RpmsgChannel.ConnectAsync(Echo, wrong));
        }
    }

    private async Task FailsAsync(RpmsgPath path, RpmsgError error, string sentence, RpmsgChannelOptions? options = null)
    {
        RpmsgException failure = await Assert.ThrowsAsync<RpmsgException>(() => RpmsgChannel.ConnectAsync(path, options ?? _gateway.Options).Bounded());
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(error, failure.Error);
    }
}
