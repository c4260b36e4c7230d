using System.Net;
using System.Net.Sockets;
using Bridge.Gateway.Diagnosis;

namespace Bridge.Gateway.Tests.Diagnosis;

public sealed class VersionProbeTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Question_IsWhatEveryServerMustAnswer()
    {
        byte[] question = VersionProbe.Question(1400, out byte[] ours);

        Assert.Equal(1400, question.Length);
        // RFC 8999: long header, a version with the pattern 0x?a?a?a?a, two connection ids of 8 bytes.
        Assert.Equal(0xc0, question[0]);
        Assert.All(question[1..5], part => Assert.Equal(0x0a, part & 0x0f));
        Assert.Equal((8, 8), (question[5], question[14]));
        Assert.Equal(ours, question[15..23]);
    }

    [Fact]
    public async Task Ask_AServerThatAnswersOthersAndThenUs_IsAnswered()
    {
        using Socket server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Task<string?> asking = VersionProbe.AskAsync((IPEndPoint)server.LocalEndPoint!, VersionProbe.Smallest, s_patience, CancellationToken.None);
        byte[] question = new byte[2048];
        SocketReceiveFromResult from = await server.ReceiveFromAsync(question, new IPEndPoint(IPAddress.Any, 0)).Bounded();
        Assert.Equal(VersionProbe.Smallest, from.ReceivedBytes);

        await server.SendToAsync("no packet of QUIC"u8.ToArray(), from.RemoteEndPoint);
        await server.SendToAsync(Answer(new byte[8]), from.RemoteEndPoint);
        await server.SendToAsync(Answer(question[15..23]), from.RemoteEndPoint);

        Assert.Null(await asking.Bounded());
    }

    [Fact]
    public async Task Ask_WhereNobodyListens_SaysSo()
    {
        IPEndPoint nobody;
        using (Socket once = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            once.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            nobody = (IPEndPoint)once.LocalEndPoint!;
        }

        Assert.Equal("nobody listens there", await VersionProbe.AskAsync(nobody, VersionProbe.Smallest, s_patience, CancellationToken.None).Bounded());
    }

    private static byte[] Answer(byte[] destination) => [0x80, 0, 0, 0, 0, 8, .. destination, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1];
}
