using System.Text;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Control;

namespace Bridge.Ports.Tests.Sockets.Control;

public sealed class ControlRequestReaderTests
{
    [Fact]
    public void TryRead_List_HasItsPlace()
    {
        Assert.Null(Assert.IsType<ListRequest>(Read("""{"request":"list"}""")).ReadAfter());
        Assert.Equal(
            new EntryPath(EntryKind.Channel, "echo"),
            Assert.IsType<ListRequest>(Read("""{"request":"list","after":"channels/echo"}""")).ReadAfter());
    }

    [Fact]
    public void TryRead_AboutASocket_HasItsPath()
    {
        Assert.Equal(new EntryPath(EntryKind.Channel, "echo"), Assert.IsType<FlowRequest>(Read("""{"request":"flow","socket":"channels/echo"}""")).ReadPath());
        Assert.Equal(new EntryPath(EntryKind.Service, "a%20b"), Assert.IsType<DestroyRequest>(Read("""{"socket":"services/a%20b","request":"destroy"}""")).ReadPath());
        Assert.Equal(new EntryPath(EntryKind.Endpoint, "e.30"), Assert.IsType<CloseRequest>(Read(""" { "request" : "close" , "socket" : "endpoints/e.30" } """)).ReadPath());
    }

    [Fact]
    public void TryRead_CreateServiceWithNameOnly_HasTheDefaults() => Assert.Equal(
        new CreateServiceRequest("name", Address: null, Permanent: false, Peers: 1, Takeover: false, GraceSeconds: 0) { Request = "create" },
        Read("""{"request":"create","service":"name"}"""));

    [Fact]
    public void TryRead_CreateServiceWithEverything_HasIt() => Assert.Equal(
        new CreateServiceRequest("n\u00FC", Address: 30, Permanent: true, Peers: 128, Takeover: true, GraceSeconds: 86400) { Request = "create" },
        Read("""{"request":"create","service":"n\u00fc","address":30,"permanent":true,"peers":128,"takeover":true,"graceSeconds":86400}"""));

    [Fact]
    public void TryRead_CreateEndpoint_HasItsAddresses()
    {
        Assert.Equal(
            new CreateEndpointRequest { Request = "create", Endpoint = "name", Local = 1030, Remote = 30 },
            Read("""{"request":"create","endpoint":"name","local":1030,"remote":30}"""));
        Assert.Equal(
            new CreateEndpointRequest { Request = "create", Endpoint = "name", Local = null, Remote = 0 },
            Read("""{"request":"create","endpoint":"name","remote":0}"""));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("list", "not JSON")]
    [InlineData("[]", "not JSON")]
    [InlineData("null", "not JSON")]
    [InlineData("\"list\"", "not JSON")]
    [InlineData("{\"request\":\"list\"", "not JSON")]
    [InlineData("{\"request\":\"list\"}{}", "not JSON")]
    [InlineData("{\"request\":\"list\",}", "not JSON")]
    [InlineData("{\"request\":\"list\"} // all", "not JSON")]
    [InlineData("{\"request\":\"list\"}\0", "not JSON")]
    [InlineData("\uFEFF{\"request\":\"list\"}", "not JSON")]
    [InlineData("{\"request\":\"list\",\"after\":[[[[[]]]]]}", "not JSON")]
    [InlineData("{\"request\":\"\\ud800\"}", "not JSON")]
    [InlineData("{\"request\":\"list\",\"\\ud800\":1}", "not JSON")]
    [InlineData("{\"request\":\"list\",\"after\":\"\\udc00\"}", "not JSON")]
    [InlineData("{}", "'request' is missing")]
    [InlineData("{\"Request\":\"list\"}", "'request' is missing")]
    [InlineData("{\"request\":1}", "'request' must be text")]
    [InlineData("{\"request\":null}", "'request' must be text")]
    [InlineData("{\"request\":{\"request\":\"list\"}}", "'request' must be text")]
    [InlineData("{\"request\":\"list\",\"request\":\"list\"}", "'request' is there twice")]
    [InlineData("{\"request\":\"list\",\"since\":1}", "no member 'since'")]
    [InlineData("{\"request\":\"list\",\"After\":\"channels/echo\"}", "no member 'After'")]
    [InlineData("{\"request\":\"list\",\"readAfter\":{}}", "no member 'readAfter'")]
    [InlineData("{\"request\":\"list\",\"after\":null}", "'after' must be text")]
    [InlineData("{\"request\":\"list\",\"after\":[1,[2]]}", "'after' must be text")]
    [InlineData("{\"request\":\"list\",\"after\":\"echo\"}", "'after' is not channels/NAME")]
    [InlineData("{\"request\":\"flow\"}", "'socket' is missing")]
    [InlineData("{\"request\":\"flow\",\"socket\":\"/run/x/channels/echo\"}", "'socket' is not channels/NAME")]
    [InlineData("{\"request\":\"flow\",\"socket\":\"channels/../services/x\"}", "percent-encoded")]
    [InlineData("{\"request\":\"destroy\",\"socket\":1}", "'socket' must be text")]
    [InlineData("{\"request\":\"close\",\"socket\":\"channels/echo\",\"endpoint\":\"x\"}", "no member 'endpoint'")]
    [InlineData("{\"request\":\"create\"}", "needs 'service' or 'endpoint'")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"endpoint\":\"a\",\"remote\":1}", "both 'service' and 'endpoint'")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"remote\":1}", "no member 'remote'")]
    [InlineData("{\"request\":\"create\",\"endpoint\":\"a\"}", "'remote' is missing")]
    [InlineData("{\"request\":\"create\",\"endpoint\":\"a\",\"remote\":1,\"peers\":2}", "no member 'peers'")]
    [InlineData("{\"request\":\"create\",\"service\":\"\"}", "'service' is not an rpmsg name")]
    [InlineData("{\"request\":\"create\",\"service\":\"01234567890123456789012345678901\"}", "'service' is not an rpmsg name")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\\u0000\"}", "'service' is not an rpmsg name")]
    [InlineData("{\"request\":\"create\",\"service\":\"\\u0100\"}", "'service' is not an rpmsg name")]
    [InlineData("{\"request\":\"create\",\"endpoint\":\"..\",\"remote\":1}", "'endpoint' is a directory's name")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":-1}", "'address' must be a whole number 0..4294967295")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":4294967296}", "'address' must be a whole number 0..4294967295")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":1.5}", "'address' must be a whole number 0..4294967295")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":\"30\"}", "'address' must be a whole number 0..4294967295")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":0}", "'address' is 0")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":53}", "'address' is 53, which is reserved")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":54}", "'address' is 54, which is reserved")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":55}", "'address' is 55, which is reserved")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"address\":4294967295}", "'address' is 4294967295, which is reserved")]
    [InlineData("{\"request\":\"create\",\"endpoint\":\"a\",\"remote\":53}", "'remote' is 53, which is reserved")]
    [InlineData("{\"request\":\"create\",\"endpoint\":\"a\",\"remote\":1,\"local\":0}", "'local' is 0")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"permanent\":1}", "'permanent' must be true or false")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"takeover\":\"true\"}", "'takeover' must be true or false")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"peers\":0}", "'peers' is 0; allowed is 1..128")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"peers\":129}", "'peers' is 129; allowed is 1..128")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"peers\":1e99}", "'peers' must be a whole number")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"graceSeconds\":-1}", "'graceSeconds' is -1; allowed is 0..86400")]
    [InlineData("{\"request\":\"create\",\"service\":\"a\",\"graceSeconds\":86401}", "'graceSeconds' is 86401; allowed is 0..86400")]
    public void TryRead_Wrong_IsRefusedWithASentence(string json, string says)
    {
        Refusal refusal = Refuse(Encoding.UTF8.GetBytes(json));

        Assert.Equal(Errno.EINVAL, refusal.Errno);
        Assert.Contains(says, refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_UnknownRequest_IsTellableFromAWrongOne()
    {
        Refusal refusal = Refuse("""{"request":"reboot\n"}"""u8);

        Assert.Equal(Errno.EOPNOTSUPP, refusal.Errno);
        Assert.Contains("'reboot?'", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains("list, flow, create, destroy or close", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_NotUtf8_IsRefused() =>
        Assert.Contains("not JSON", Refuse([.. "{\"request\":\"create\",\"service\":\""u8, 0xFF, .. "\"}"u8]).Sentence, StringComparison.Ordinal);

    [Fact]
    public void TryRead_LongestPacket_IsReadAndOneByteMoreIsNot()
    {
        byte[] packet = new byte[ControlRequest.MaximumLength + 1];
        packet.AsSpan().Fill((byte)' ');
        """{"request":"list"}"""u8.CopyTo(packet);

        Assert.True(ControlRequestReader.TryRead(packet.AsSpan(0, ControlRequest.MaximumLength), out _, out _));
        Assert.Equal(Errno.EMSGSIZE, Refuse(packet).Errno);
    }

    [Fact]
    public void TryRead_LongStrangersText_IsQuotedInPart()
    {
        Refusal refusal = Refuse(Encoding.UTF8.GetBytes($$"""{"request":"list","{{new string('x', 3000)}}":1}"""));

        Assert.InRange(refusal.Sentence.Length, 64, 200);
    }

    [Fact]
    public void TryRead_ManyMembers_IsRefusedAtTheFirstUnknownOne() =>
        Assert.Contains("no member 'm0'", Refuse(Encoding.UTF8.GetBytes($$"""{"request":"list",{{string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"m{i}\":{i}"))}}}""")).Sentence, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void TryRead_DamagedRequests_NeverThrow(int seed)
    {
        Random random = new(seed);
        string[] requests = [.. ControlSchemaTests.Requests.SelectMany(ControlSchemaTests.Examples).Select(static example => example.ToJsonString())];
        int read = 0;
        for (int i = 0; i < 5000; i++)
        {
            List<byte> packet = [.. Encoding.UTF8.GetBytes(requests[random.Next(requests.Length)])];
            for (int damages = random.Next(4); damages > 0 && packet.Count > 0; damages--)
            {
                int place = random.Next(packet.Count);
                switch (random.Next(4))
                {
                    case 0:
                        packet[place] = (byte)random.Next(256);
                        break;
                    case 1:
                        packet[place] = (byte)"\"{}[],:\\0-e."[random.Next(12)];
                        break;
                    case 2:
                        packet.RemoveRange(place, random.Next(packet.Count - place) + 1);
                        break;
                    default:
                        packet.InsertRange(place, packet.GetRange(0, random.Next(packet.Count)));
                        break;
                }
            }

            byte[] bytes = [.. packet];
            Exception? thrown = Record.Exception(() =>
            {
                bool good = ControlRequestReader.TryRead(bytes, out ControlRequest? request, out Refusal? refusal);
                Assert.Equal(good, request is not null);
                Assert.Equal(!good, refusal is not null);
                read += good ? 1 : 0;
            });
            Assert.True(thrown is null, $"seed {seed}: {Encoding.Latin1.GetString(bytes)}: {thrown}");
        }

        // Undamaged ones at least, and not all.
        Assert.InRange(read, 1000, 4999);
    }

    private static ControlRequest Read(string json)
    {
        Assert.True(ControlRequestReader.TryRead(Encoding.UTF8.GetBytes(json), out ControlRequest? request, out Refusal? refusal), refusal?.Sentence);
        return request!;
    }

    private static Refusal Refuse(ReadOnlySpan<byte> packet)
    {
        Assert.False(ControlRequestReader.TryRead(packet, out ControlRequest? request, out Refusal? refusal));
        Assert.Null(request);
        return refusal!;
    }
}
