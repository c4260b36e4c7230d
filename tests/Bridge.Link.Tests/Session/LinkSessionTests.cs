namespace Bridge.Link.Tests;

public sealed class LinkSessionTests
{
    private static LaneRegistration Device(string name, ushort id, LaneRole role, RecordingLane? lane = null) => new(name, id, role, lane ?? new RecordingLane());

    private static void Send(LaneOutput output, params byte[] payload)
    {
        payload.CopyTo(output.Begin(FrameType.Posted, epoch: 1));
        output.End(payload.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Exchange_InPiecesOfAnySize_EstablishesAndCarriesLaneFrames(int piece)
    {
        RecordingLane driver = new();
        RecordingLane device = new();
        SessionPair pair = new([Device("m4", 7, LaneRole.Driver, driver)], [Device("m4", 7, LaneRole.Device, device)]);
        pair.Exchange(piece);
        Assert.Equal(SessionState.Established, pair.Initiator.Session.State);
        Assert.Equal(SessionState.Established, pair.Acceptor.Session.State);
        Assert.Equal(1u, pair.Initiator.Session.Connection);
        Assert.Equal(1u, pair.Acceptor.Session.Connection);
        Assert.Equal("beta", pair.Initiator.Session.Peer!.Gateway);

        Send(driver.Output!, 1, 2, 3);
        Send(driver.Output!, 4);
        Send(device.Output!, 9);
        pair.Exchange(piece);
        Assert.Equal([[1, 2, 3], [4]], device.Payloads);
        Assert.Equal([[9]], driver.Payloads);
    }
}
