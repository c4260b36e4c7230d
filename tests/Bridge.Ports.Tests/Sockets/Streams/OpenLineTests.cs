using System.Text;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Streams;

namespace Bridge.Ports.Tests.Sockets.Streams;

public sealed class OpenLineTests
{
    [Theory]
    [InlineData("channels/echo\n", EntryKind.Channel, "echo", false)]
    [InlineData("endpoints/echo.1024\n", EntryKind.Endpoint, "echo.1024", false)]
    [InlineData("services/echo addressed\n", EntryKind.Service, "echo", true)]
    [InlineData("channels/echo\r\n", EntryKind.Channel, "echo", false)]
    [InlineData("channels/a%20b~0123ABCD addressed\r\n", EntryKind.Channel, "a%20b~0123ABCD", true)]
    public void Added_Line_AsksInEverySplit(string text, EntryKind kind, string file, bool addressed)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text), 1, 2, (byte)'\n', 3];
        for (int split = 0; split < text.Length; split++)
        {
            OpenLine line = new();

            Assert.Equal(OpenState.Incomplete, Add(line, bytes[..split]));
            Assert.Equal(OpenState.Asked, Add(line, bytes[split..]));

            Assert.Equal(new OpenRequest(new EntryPath(kind, file), addressed), line.Request);
            Assert.Equal([1, 2, (byte)'\n', 3], line.Rest.ToArray());
            Assert.Null(line.Refusal);
        }
    }

    [Theory]
    [InlineData("\n", "is not channels/NAME")]
    [InlineData("echo\n", "is not channels/NAME")]
    [InlineData("Channels/echo\n", "is not channels/NAME")]
    [InlineData("channels\n", "has no name")]
    [InlineData("channels/\n", "has no name")]
    [InlineData("channels/..\n", "percent-encoded")]
    [InlineData("channels/a/b\n", "percent-encoded")]
    [InlineData("channels/\u00FC\n", "percent-encoded")]
    [InlineData("channels/echo \n", "percent-encoded")]
    [InlineData("channels/echo  addressed\n", "percent-encoded")]
    [InlineData("channels/echo Addressed\n", "percent-encoded")]
    [InlineData("channels/echo\0\n", "percent-encoded")]
    [InlineData("channels/echo\r\r\n", "percent-encoded")]
    [InlineData(" channels/echo\n", "is not channels/NAME")]
    [InlineData("endpoints/echo\n", "no address")]
    [InlineData("endpoints/echo.\n", "no address")]
    [InlineData("endpoints/.30\n", "no address")]
    [InlineData("endpoints/echo.030\n", "no address")]
    [InlineData("endpoints/echo.4294967296\n", "no address")]
    [InlineData("channels/0123456789012345678901234567890123456789012\n", "more than 42")]
    public void Added_OtherLine_IsRefusedWithASentence(string text, string says)
    {
        OpenLine line = new();

        Assert.Equal(OpenState.Refused, Add(line, Encoding.UTF8.GetBytes(text)));

        Assert.Equal(Errno.EINVAL, line.Refusal!.Errno);
        Assert.Contains(says, line.Refusal.Sentence, StringComparison.Ordinal);
        Assert.Null(line.Request);
        Assert.True(line.Rest.IsEmpty);
    }

    [Fact]
    public void Added_NotUtf8_IsRefused()
    {
        OpenLine line = new();

        Assert.Equal(OpenState.Refused, Add(line, [.. "channels/"u8, 0xC3, (byte)'\n']));

        Assert.Contains("UTF-8", line.Refusal!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Added_NewlineAsTheLastPossibleByte_IsStillALine()
    {
        byte[] bytes = new byte[OpenLine.MaximumLength];
        bytes.AsSpan().Fill((byte)'x');
        bytes[^1] = (byte)'\n';
        OpenLine line = new();

        Add(line, bytes);

        Assert.Contains("is not channels/NAME", line.Refusal!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Added_NoNewline_IsRefusedWhenTheLastByteIsThere()
    {
        OpenLine line = new();
        for (int i = 1; i < OpenLine.MaximumLength; i++)
        {
            Assert.Equal(OpenState.Incomplete, Add(line, "x"u8.ToArray()));
        }

        Assert.Equal(1, line.Room.Length);
        Assert.Equal(OpenState.Refused, Add(line, "x"u8.ToArray()));
        Assert.Contains("no newline within 255 bytes", line.Refusal!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Accept_Numbers_IsTheLineOfTheSpecification()
    {
        Assert.Equal("ok maximum=496 local=1024 remote=30\n", Encoding.UTF8.GetString(OpenAnswer.Accept(496, 1024, 30)));
        Assert.Equal("ok maximum=496 local=30 remote=any\n", Encoding.UTF8.GetString(OpenAnswer.Accept(496, 30, null)));
    }

    [Fact]
    public void Refuse_Sentence_IsOneLineThatNamesTheErrno()
    {
        Assert.Equal("error ENOENT no such channel\n", Encoding.UTF8.GetString(OpenAnswer.Refuse(new Refusal(Errno.ENOENT, "no such channel"))));
        Assert.Equal("error EBUSY a?b??\n", Encoding.UTF8.GetString(OpenAnswer.Refuse(new Refusal(Errno.EBUSY, "a\nb\r\0"))));
    }

    [Fact]
    public void Refuse_LongSentence_IsCutBetweenCharacters()
    {
        byte[] line = OpenAnswer.Refuse(new Refusal(Errno.EAGAIN, new string('\u20AC', 300)));

        // 13 bytes, 80 characters of 3 bytes, 1 newline: another one would make 257.
        Assert.Equal(254, line.Length);
        Assert.Equal((byte)'\n', line[^1]);
        Assert.True(System.Text.Unicode.Utf8.IsValid(line));
    }

    private static OpenState Add(OpenLine line, byte[] bytes)
    {
        bytes.CopyTo(line.Room);
        return line.Added(bytes.Length);
    }
}
