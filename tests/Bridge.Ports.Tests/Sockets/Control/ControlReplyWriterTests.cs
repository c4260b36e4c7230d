using System.Text;
using System.Text.Json;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Control;

namespace Bridge.Ports.Tests.Sockets.Control;

public sealed class ControlReplyWriterTests
{
    private readonly byte[] _packet = new byte[ControlReply.MaximumLength];

    [Fact]
    public void Write_EachReply_IsTheGoldenText()
    {
        Assert.Equal("""{"ok":true}""", Write(new DoneReply()));
        Assert.Equal("""{"ok":false,"error":"ENOENT","message":"no such channel"}""", Write(ErrorReply.From(new Refusal(Errno.ENOENT, "no such channel"))));
        Assert.Equal("""{"ok":true,"socket":"services/name","local":30}""", Write(new CreateReply("services/name", Local: 30)));
        Assert.Equal("""{"ok":true,"socket":"endpoints/name.30","local":1030,"remote":30}""", Write(new CreateReply("endpoints/name.30", 1030, 30)));
        Assert.Equal(
            """{"ok":true,"entries":[{"socket":"channels/echo","name":"echo","state":"taken","local":1024,"remote":30,"created":false}],"more":true,"maximum":496}""",
            Write(new ListReply([new ListedSocket("channels/echo", "echo", ListedState.Taken, 1024, 30, Created: false, Failure: null)], More: true, Maximum: 496)));
        Assert.Equal(
            """{"ok":true,"socket":"channels/echo","conversations":[{"state":"halfClosed","connected":true,"local":1024,"sent":1,"received":2,"queued":3,"outstanding":4,"holdsDevice":false}],"maximum":496}""",
            Write(new FlowReply("channels/echo", [new FlowState(ConversationState.HalfClosed, Connected: true, 1024, Remote: null, 1, 2, 3, 4, Credit: null, HoldsDevice: false)], Maximum: 496)));
    }

    [Fact]
    public void Write_LongestList_FitsIntoAPacket()
    {
        // Six bytes each: what JSON escapes.
        string name = new('\u00FF', 31);
        ListedSocket longest = new(
            new EntryPath(EntryKind.Endpoint, new string('%', EntryPath.MaximumFileLength)).ToString(),
            name,
            ListedState.Unavailable,
            uint.MaxValue,
            uint.MaxValue,
            Created: false,
            Enum.GetNames<Errno>().MaxBy(static errno => errno.Length));

        string json = Write(new ListReply([.. Enumerable.Repeat(longest, ListReply.MaximumEntries)], More: false, Maximum: 65520));

        using JsonDocument read = JsonDocument.Parse(json);
        Assert.Equal(ListReply.MaximumEntries, read.RootElement.GetProperty("entries").GetArrayLength());
        Assert.Equal(name, read.RootElement.GetProperty("entries")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Write_LongestFlow_FitsIntoAPacket()
    {
        FlowState longest = new(
            ConversationState.HalfClosed, Connected: false, uint.MaxValue, uint.MaxValue, long.MaxValue, long.MaxValue, int.MaxValue, long.MaxValue, long.MaxValue, HoldsDevice: false);

        string json = Write(new FlowReply(
            new EntryPath(EntryKind.Service, new string('%', EntryPath.MaximumFileLength)).ToString(),
            [.. Enumerable.Repeat(longest, FlowReply.MaximumConversations)],
            Maximum: 65520));

        using JsonDocument read = JsonDocument.Parse(json);
        Assert.Equal(FlowReply.MaximumConversations, read.RootElement.GetProperty("conversations").GetArrayLength());
    }

    [Fact]
    public void Write_LongSentence_IsCut()
    {
        string json = Write(ErrorReply.From(new Refusal(Errno.EINVAL, new string('\u0001', 100_000))));

        using JsonDocument read = JsonDocument.Parse(json);
        Assert.Equal(ErrorReply.MaximumMessageLength, read.RootElement.GetProperty("message").GetString()!.Length);
    }

    [Fact]
    public void Write_ReplyThatDoesNotFit_BecomesAnErrorThatSaysSo()
    {
        int length = ControlReplyWriter.Write(new CreateReply(new string('x', 500)), _packet.AsSpan(0, 200));

        using JsonDocument read = JsonDocument.Parse(_packet.AsMemory(0, length));
        Assert.False(read.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal("EMSGSIZE", read.RootElement.GetProperty("error").GetString());
    }

    private string Write(ControlReply reply)
    {
        int length = ControlReplyWriter.Write(reply, _packet);
        string json = Encoding.UTF8.GetString(_packet, 0, length);
        Assert.True(reply is ErrorReply || !json.Contains("EMSGSIZE", StringComparison.Ordinal), json);
        return json;
    }
}
