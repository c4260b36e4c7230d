using System.Text;

namespace Bridge.Linux.Tests;

public sealed class SeqPacketListenerTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Bind_AnyUmask_FileHasTheModeAskedFor()
    {
        string path = _directory["s"];

        using SeqPacketListener listener = SeqPacketListener.Bind(path, OwnerAndGroup, group: null, backlog: 0);

        FileStatus status = FileEntry.ReadStatus(path)!.Value;
        Assert.Equal(FileKind.Socket, status.Kind);
        Assert.Equal(OwnerAndGroup, status.Mode);
        Assert.Equal(UserGroup.EffectiveUserId, status.UserId);
    }

    [Fact]
    public void Accept_NobodyConnected_IsNull()
    {
        using SeqPacketListener listener = SeqPacketListener.Bind(_directory["s"], OwnerAndGroup, group: null, backlog: 0);

        Assert.Null(listener.Accept());
    }

    [Fact]
    public void Bind_NameTaken_ThrowsAndLeavesTheFile()
    {
        string path = _directory["s"];
        File.WriteAllText(path, "kept");

        LinuxException failure = Assert.Throws<LinuxException>(() => SeqPacketListener.Bind(path, OwnerAndGroup, group: null, backlog: 0));

        Assert.Equal(Errno.EADDRINUSE, failure.Errno);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(path));
    }

    [Fact]
    public void Connect_ListenerDisposed_IsRefusedAtOnce()
    {
        string path = _directory["s"];
        SeqPacketListener.Bind(path, OwnerAndGroup, group: null, backlog: 0).Dispose();

        LinuxException failure = Assert.Throws<LinuxException>(() => SeqPacketSocket.Connect(path));

        Assert.Equal(Errno.ECONNREFUSED, failure.Errno);
    }

    [Fact]
    public void Connect_PathAtTheLimit_Works()
    {
        string path = PathOfLength(UnixSocketAddress.MaximumPathLength);
        using SeqPacketListener listener = SeqPacketListener.Bind(path, OwnerAndGroup, group: null, backlog: 0);

        using SeqPacketSocket socket = SeqPacketSocket.Connect(path);
        using SeqPacketSocket? accepted = listener.Accept();

        Assert.NotNull(accepted);
    }

    [Fact]
    public void Bind_PathOverTheLimit_Throws()
    {
        string path = PathOfLength(UnixSocketAddress.MaximumPathLength + 1);

        LinuxException failure = Assert.Throws<LinuxException>(() => SeqPacketListener.Bind(path, OwnerAndGroup, group: null, backlog: 0));

        Assert.Equal(Errno.ENAMETOOLONG, failure.Errno);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0abstract")]
    public void Connect_AbstractName_Throws(string path)
    {
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => SeqPacketSocket.Connect(path)).Errno);
    }

    [Fact]
    public void Bind_UnknownGroupNumber_IsSetWhenPrivileged()
    {
        // Root may give a file to any group; others only to their own, which the kernel says with EPERM.
        const uint Group = 54321;
        string path = _directory["s"];

        if (UserGroup.EffectiveUserId == 0)
        {
            using SeqPacketListener listener = SeqPacketListener.Bind(path, OwnerAndGroup, Group, backlog: 0);
            Assert.Equal(Group, FileEntry.ReadStatus(path)!.Value.GroupId);
            Assert.Equal(OwnerAndGroup, FileEntry.ReadStatus(path)!.Value.Mode);
        }
        else
        {
            Assert.Equal(Errno.EPERM, Assert.Throws<LinuxException>(() => SeqPacketListener.Bind(path, OwnerAndGroup, Group, backlog: 0)).Errno);
            Assert.Null(FileEntry.ReadStatus(path));
        }
    }

    private string PathOfLength(int length)
    {
        string path = _directory["s"];
        return path + new string('x', length - Encoding.UTF8.GetByteCount(path));
    }
}
