using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Records of a life that has gone on for long: the rings' indices have 16 bits, sequences 64.</summary>
[Trait("Category", "Resume")]
public sealed class KeptRecordTests : IDisposable
{
    private const int Entries = 8;
    private const ulong Long = (3 * 65536) + 5;

    private readonly HeapMemory _memory = new(1 << 16);
    private readonly Window _window;

    public KeptRecordTests() => _window = new Window(new WindowRegion(0, _memory));

    [Theory]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(Long)]
    public void InflightRecord_AfterManyChains_TellsTheirSequences(ulong chains)
    {
        InflightRecord record = Used(chains);
        record.Enter(3);
        record.Enter(5);

        (ulong taken, IReadOnlyList<(ulong Sequence, ushort Head)> outstanding) = new InflightRecord(_window, 0, Entries).RecoverAll((ushort)chains)!.Value;
        Assert.Equal(chains + 2, taken);
        Assert.Equal([(chains, (ushort)3), (chains + 1, (ushort)5)], outstanding);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65536)]
    [InlineData(Long)]
    public void InflightRecord_NothingOutstanding_TellsHowManyWereTaken(ulong chains)
    {
        Used(chains);
        (ulong taken, IReadOnlyList<(ulong, ushort)> outstanding) = new InflightRecord(_window, 0, Entries).RecoverAll((ushort)chains)!.Value;
        Assert.Equal(chains, taken);
        Assert.Empty(outstanding);
    }

    [Fact]
    public void InflightRecord_UsedElementNotCleared_IsCleared()
    {
        InflightRecord record = Used(10);
        record.Enter(1);
        record.Enter(2);
        record.Leave(1);
        (ulong taken, IReadOnlyList<(ulong, ushort)> outstanding) = new InflightRecord(_window, 0, Entries).RecoverAll(11)!.Value;
        Assert.Equal(12UL, taken);
        Assert.Equal([(11UL, (ushort)2)], outstanding);
    }

    [Fact]
    public void InflightRecord_OfAnotherRing_IsRefused()
    {
        Used(10);
        Assert.Null(new InflightRecord(_window, 0, Entries).RecoverAll(500));
    }

    public void Dispose() => _memory.Dispose();

    private InflightRecord Used(ulong chains)
    {
        var record = new InflightRecord(_window, 0, Entries);
        record.Begin(0);
        for (ulong i = 0; i < chains; i++)
        {
            var head = (ushort)(i % Entries);
            record.Enter(head);
            record.Leave(head);
            record.Left(head, (ushort)(i + 1));
        }

        return record;
    }
}
