using Bridge.Link.Transports;

namespace Bridge.Link.Tests;

/// <summary>Two links over real sockets. Every scenario runs over each transport; QUIC's run is the derived class below.</summary>
public abstract class PeerLinkScenarios(TransportMode transport)
{
    private readonly Signal signal = new();

    private protected Signal Signal => signal;

    private protected TestGateway NewBeta() => new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal, transport: transport);

    private protected TestGateway NewAlpha(LinkAddress address, Func<LinkOptions, LinkOptions>? change = null) =>
        new("alpha", TestIdentity.Alpha, TestIdentity.Beta, LaneRole.Driver, signal, [address], transport, change: change);

    protected async Task BringsLaneUpAndCarriesFramesBothWays()
    {
        await using TestGateway beta = NewBeta();
        await beta.ListenAsync(transport);
        await using TestGateway alpha = NewAlpha(beta.Address);
        beta.Link.Start();
        alpha.Link.Start();
        await signal.UntilAsync(() => alpha.Lane.Output is not null && beta.Lane.Output is not null, "lanes up");
        alpha.Send(1, 2, 3);
        beta.Send(4);
        await signal.UntilAsync(() => alpha.Lane.Payloads.Count == 1 && beta.Lane.Payloads.Count == 1, "frames");
        Assert.Equal([4], alpha.Lane.Payloads[0]);
        Assert.Equal([1, 2, 3], beta.Lane.Payloads[0]);
        LinkStatus status = alpha.Link.Status;
        Assert.Equal(LinkState.Connected, status.State);
        Assert.Equal("beta", status.PeerGateway);
        Assert.Equal(TestIdentity.Beta.Fingerprint, status.PeerFingerprint);
        Assert.Equal(["m4"], status.Lanes);
        Assert.Equal(transport == TransportMode.Quic ? TransportKind.Quic : TransportKind.Tcp, status.Transport);
    }
}
