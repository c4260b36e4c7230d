using Bridge.Link.Connections;

namespace Bridge.Link.Tests;

/// <summary>A peer that is authenticated and says nothing: its connections cost a socket and buffers each until their hello's time is up, unless they are bounded.</summary>
public sealed class GreetingFloodTests
{
    private const int Silent = 10;

    private readonly Signal signal = new();

    [Fact]
    [Trait("Category", "Hostile")]
    public async Task Connect_ManyTimesWithoutAHello_TheNewestAreKeptAndAnHonestOneComesUp()
    {
        // Nothing times out here: what is closed is closed because there are too many.
        await using TestGateway beta = new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal, change: options => options with { HelloTimeout = TimeSpan.FromMinutes(10) });
        await beta.ListenAsync();
        beta.Link.Start();
        List<RawPeer> silent = [];
        try
        {
            for (int i = 0; i < Silent; i++)
                silent.Add(await RawPeer.DialAsync(beta.EndPoint, TestIdentity.Alpha, TestIdentity.Beta));
            await signal.UntilAsync(() => beta.Failed.Count >= Silent - GreetingConnections.Maximum, "the older ones are closed");

            Assert.All(beta.Failed, reason => Assert.Equal(CloseReason.Replaced, reason));
            await using RawPeer honest = await RawPeer.DialAsync(beta.EndPoint, TestIdentity.Alpha, TestIdentity.Beta);
            await honest.GreetAsync(RawPeer.HelloOf("alpha", LaneRole.Driver));
            await signal.UntilAsync(() => beta.IsUp, "the honest one");
            // It made one more wait for a moment, so one more of the silent ones went.
            await signal.UntilAsync(() => beta.Failed.Count == Silent - GreetingConnections.Maximum + 1, "one more is closed");
        }
        finally
        {
            foreach (RawPeer peer in silent)
                await peer.DisposeAsync();
        }
    }
}
