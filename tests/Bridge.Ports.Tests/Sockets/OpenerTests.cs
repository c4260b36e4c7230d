using Bridge.Linux;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>Who opened something, in the log's words: never a process 0 that nobody can find.</summary>
public sealed class OpenerTests
{
    [Fact]
    public void ToString_OfEachKind_SaysWhatIsKnown()
    {
        Assert.Equal("process 12 of user 1000", new Opener(new PeerCredentials(12, 1000, 100)).ToString());
        Assert.Equal("a process of user 1000 in another process namespace", new Opener(new PeerCredentials(0, 1000, 100)).ToString());
        Assert.Equal("somebody over TCP (process unknown)", new Opener(null).ToString());
    }
}
