using System.Text;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Tests.Applications;

public sealed class InputMessagesTests
{
    [Theory]
    [InlineData("one\ntwo\n", false, "one|two")]
    [InlineData("one\n\nlast", false, "one||last")]
    [InlineData("one\n\nlast", true, "one\n|\n|last")]
    [InlineData("12345678\n", false, "12345678")]
    [InlineData("", false, null)]
    public async Task Read_Lines_AreMessages(string input, bool raw, string? expected) =>
        Assert.Equal(expected, await ReadAsync(input, new CatOptions { MaximumMessage = 8, Raw = raw }));

    [Theory]
    [InlineData("123456789", "123|456|789")]
    [InlineData("1\n34", "1\n3|4")]
    [InlineData("", null)]
    public async Task Read_Chunks_AreOfThatLength(string input, string? expected) =>
        Assert.Equal(expected, await ReadAsync(input, new CatOptions { MaximumMessage = 8, Chunk = 3 }));

    [Theory]
    [InlineData("ok\n123456789\nrest", false, "line 2 has 9 bytes and a message at most 8: ")]
    [InlineData("123456789", false, "line 1 has 9 bytes and a message at most 8: ")]
    [InlineData("12345678\n", true, "line 1 has 9 bytes and a message at most 8: ")]
    public async Task Read_LineTooLong_SaysWhichAndHowLong(string input, bool raw, string sentence)
    {
        CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(() => ReadAsync(input, new CatOptions { MaximumMessage = 8, Raw = raw }));

        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_LineBeyondTheBuffer_IsCountedToItsEnd()
    {
        CommandFailedException failure = await Assert.ThrowsAsync<CommandFailedException>(() => ReadAsync("x\n" + new string('y', 300_000) + "\nz", new CatOptions { MaximumMessage = 8 }));

        Assert.StartsWith("line 2 has 300000 bytes", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The messages with bars between them; null when there is none.</summary>
    private static async Task<string?> ReadAsync(string text, CatOptions options)
    {
        using MemoryStream input = new(Encoding.UTF8.GetBytes(text));
        InputMessages messages = new(input, options);
        List<string> read = [];
        while (await messages.ReadAsync(CancellationToken.None) is { } message)
            read.Add(Encoding.UTF8.GetString(message.Span));
        return read.Count == 0 ? null : string.Join('|', read);
    }
}
