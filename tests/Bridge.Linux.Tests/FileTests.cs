namespace Bridge.Linux.Tests;

public sealed class FileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ReadStatus_Nothing_IsNull() => Assert.Null(FileEntry.ReadStatus(_directory["absent"]));

    [Fact]
    public void ReadStatus_SymbolicLink_IsNotFollowed()
    {
        File.CreateSymbolicLink(_directory["link"], _directory.Path);

        Assert.Equal(FileKind.SymbolicLink, FileEntry.ReadStatus(_directory["link"])!.Value.Kind);
        Assert.Equal(FileKind.Directory, FileEntry.ReadStatus(_directory.Path)!.Value.Kind);
    }

    [Fact]
    public void ReadStatus_RegularFile_TellsItsMode()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.GroupWrite | UnixFileMode.OtherExecute | UnixFileMode.StickyBit;
        File.WriteAllText(_directory["f"], "");
        File.SetUnixFileMode(_directory["f"], Mode);

        FileStatus status = FileEntry.ReadStatus(_directory["f"])!.Value;

        Assert.Equal((FileKind.Regular, Mode), (status.Kind, status.Mode));
    }

    [Fact]
    public void RenameNoReplace_NameTaken_ThrowsAndKeepsBoth()
    {
        File.WriteAllText(_directory["a"], "a");
        File.WriteAllText(_directory["b"], "b");

        LinuxException failure = Assert.Throws<LinuxException>(() => FileEntry.RenameNoReplace(_directory["a"], _directory["b"]));

        Assert.Equal(Errno.EEXIST, failure.Errno);
        Assert.Equal(("a", "b"), (File.ReadAllText(_directory["a"]), File.ReadAllText(_directory["b"])));
    }

    [Fact]
    public void Unlink_Twice_SaysThatNothingWasThere()
    {
        File.WriteAllText(_directory["a"], "a");

        Assert.True(FileEntry.Unlink(_directory["a"]));
        Assert.False(FileEntry.Unlink(_directory["a"]));
    }

    [Fact]
    public void TryTake_HeldByAnotherLock_IsNullUntilReleased()
    {
        string path = _directory[".lock"];
        LockFile first = LockFile.TryTake(path)!;
        Assert.Null(LockFile.TryTake(path));

        first.Dispose();

        using LockFile? second = LockFile.TryTake(path);
        Assert.NotNull(second);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileEntry.ReadStatus(path)!.Value.Mode);
    }

    [Fact]
    public void FindGroup_Known_IsTheNumberInTheGroupFile()
    {
        string[] entry = File.ReadLines("/etc/group").First(line => line.StartsWith("daemon:", StringComparison.Ordinal)).Split(':');

        Assert.Equal(uint.Parse(entry[2], System.Globalization.CultureInfo.InvariantCulture), UserGroup.FindGroup("daemon"));
    }

    [Fact]
    public void FindGroup_Unknown_IsNull() => Assert.Null(UserGroup.FindGroup("no-such-group-here"));

    [Fact]
    public void LinuxException_Message_NamesCallSubjectAndReason()
    {
        LinuxException failure = Assert.Throws<LinuxException>(() => SeqPacketSocket.Connect(_directory["absent"]));

        Assert.Equal(("connect", Errno.ENOENT, _directory["absent"]), (failure.Call, failure.Errno, failure.Subject));
        Assert.Contains("ENOENT", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsExhausted);
    }
}
