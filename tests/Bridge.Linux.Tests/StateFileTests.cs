namespace Bridge.Linux.Tests;

public sealed class StateFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TryOpen_Nothing_IsNull() => Assert.Null(StateFile.TryOpen(_directory["absent"]));

    [Fact]
    public void Publish_BytesStoredBeforeAndAfter_SuccessorFindsBoth()
    {
        using (StateFile first = StateFile.Create(_directory["state"], 3 * 4096, 3 * 4096))
        {
            first.At<ulong>(8) = 0x1122334455667788;
            Assert.Null(StateFile.TryOpen(_directory["state"]));
            first.Publish();
            first.Span(2 * 4096, 4).Fill(7);
        }

        using StateFile second = StateFile.TryOpen(_directory["state"])!;
        Assert.Equal((3UL * 4096, 0x1122334455667788UL), (second.Size, second.At<ulong>(8)));
        Assert.Equal([7, 7, 7, 7, 0], second.Span(2 * 4096, 5).ToArray());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileEntry.ReadStatus(_directory["state"])!.Value.Mode);
    }

    [Fact]
    public void Publish_AnEarlierOneOfThatName_IsReplacedWholly()
    {
        using StateFile first = StateFile.Create(_directory["state"], 4096, 4096);
        first.Publish();
        using StateFile second = StateFile.Create(_directory["state"], 8192, 8192);
        second.Publish();
        first.At<int>(0) = 1;

        using StateFile third = StateFile.TryOpen(_directory["state"])!;
        Assert.Equal((8192UL, 0), (third.Size, third.At<int>(0)));
    }

    [Fact]
    public void Dispose_NeverPublished_LeavesNothing()
    {
        StateFile.Create(_directory["state"], 4096, 4096).Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Create_PredecessorEndedBeforeItPublished_ReplacesWhatItLeft()
    {
        File.WriteAllText(_directory["state.new"], "half");

        using StateFile file = StateFile.Create(_directory["state"], 4096, 4096);
        file.Publish();

        Assert.Equal([_directory["state"]], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Unlink_Published_NoSuccessorFindsItAndItsBytesStay()
    {
        using StateFile file = StateFile.Create(_directory["state"], 4096, 4096);
        file.At<int>(0) = 5;
        file.Publish();

        file.Unlink();

        Assert.Null(StateFile.TryOpen(_directory["state"]));
        Assert.Equal(5, file.At<int>(0));
    }

    [Fact]
    public void TryOpen_Empty_Throws()
    {
        File.WriteAllText(_directory["state"], "");

        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => StateFile.TryOpen(_directory["state"])).Errno);
    }

    [Fact]
    public void Allocate_Stretch_CanBeTouchedAndKeepsItsValues()
    {
        using StateFile file = StateFile.CreateUnnamed("test", 1 << 20, 4096);
        file.At<int>(0) = 3;

        file.Allocate(0, 1 << 20);

        file.At<int>((1 << 20) - 4) = 4;
        Assert.Equal(3, file.At<int>(0));
    }

    [Fact]
    public void At_BeyondItsEnd_Throws()
    {
        using StateFile file = StateFile.CreateUnnamed("test", 4096, 4096);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.At<int>(4093));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Span(ulong.MaxValue, 2).Length);
    }

    [Fact]
    public void Span_Disposed_Throws()
    {
        StateFile file = StateFile.CreateUnnamed("test", 4096, 4096);
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Span(0, 1).Length);
    }
}
