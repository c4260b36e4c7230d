using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Applications;

/// <summary>What judges the others is judged first.</summary>
public sealed class ReceiptTests
{
    [Theory]
    [InlineData("0 1 2 3", 0, 0, 0)]
    [InlineData("0 2 3", 1, 0, 0)]
    [InlineData("1 2 3", 1, 0, 0)]
    [InlineData("0 1 1 2", 0, 1, 0)]
    [InlineData("0 2 1 3", 0, 0, 1)]
    [InlineData("0 3 1 1", 1, 1, 1)]
    [InlineData("0 1 2 0", 0, 1, 0)]
    public void Add_Numbers_AreJudged(string numbers, long lost, long duplicated, long reordered)
    {
        Receipt receipt = new();

        foreach (string number in numbers.Split(' '))
            receipt.Add(long.Parse(number, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal((lost, duplicated, reordered), (receipt.Lost, receipt.Duplicated, receipt.Reordered));
    }

    [Fact]
    public void Read_WrittenMessages_AreKnownAgain()
    {
        byte[] buffer = new byte[Application.MaximumMessage];
        NumberedMessage writer = new(seed: 7), reader = new(seed: 7);
        HashSet<int> lengths = [];
        for (int number = 0; number < 2000; number++)
        {
            int length = writer.Write(number, last: number % 2 == 0, buffer);
            lengths.Add(length);
            Assert.Equal((number, number % 2 == 0), reader.Read(buffer.AsSpan(0, length)));
        }

        Assert.Contains(Application.MaximumMessage, lengths);
        Assert.Contains(9, lengths);
    }

    [Fact]
    public void Read_AnyByteChanged_IsNoMessage()
    {
        byte[] buffer = new byte[Application.MaximumMessage];
        NumberedMessage messages = new(seed: 7);
        // A long one: of the shortest, the number is all there is.
        int number = Enumerable.Range(0, 100).First(candidate => messages.Write(candidate, last: false, buffer) > 100);
        int length = messages.Write(number, last: false, buffer);
        for (int i = 0; i < length; i++)
        {
            // The flag's other value is as good.
            byte change = i == 8 ? (byte)2 : (byte)1;
            buffer[i] ^= change;
            Assert.Null(messages.Read(buffer.AsSpan(0, length)));
            buffer[i] ^= change;
        }

        Assert.Null(messages.Read(buffer.AsSpan(0, length - 1)));
        Assert.Null(messages.Read([]));
        Assert.Null(new NumberedMessage(seed: 8).Read(buffer.AsSpan(0, length)));
    }
}
