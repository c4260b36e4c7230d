using Bridge.Linux;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Listening sockets that outlive the process which made them.</summary>
public sealed class StoredListenersTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DescriptorShelf _shelf = new();

    private string SocketPath => Path.Combine(_directory.Path, "dev", "services", "a");

    [Fact]
    public void Publish_SocketOfAKilledPredecessor_IsTakenOverWithWhoWaits()
    {
        Kill(Open());
        using SeqPacketSocket application = SeqPacketSocket.Connect(SocketPath);

        using RunDirectory successor = Open();
        using SeqPacketListener taken = successor.Publish(EntryKind.Service, "a");

        using SeqPacketSocket? waited = taken.Accept();
        Assert.NotNull(waited);
        Assert.Equal((0, 1), (successor.StaleRemoved, _shelf.Names.Count));
    }

    [Fact]
    public void EndUnused_SocketThatNobodyTookOver_IsGone()
    {
        Kill(Open());
        using RunDirectory successor = Open();

        successor.EndUnused();

        Assert.False(File.Exists(SocketPath));
        Assert.Empty(_shelf.Names);
    }

    [Fact]
    public void Open_OtherPermissionsAreWanted_SocketIsMadeAnew()
    {
        Kill(Open());

        using RunDirectory successor = Open(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(1, successor.StaleRemoved);
        Assert.Empty(_shelf.Names);
        using SeqPacketListener anew = successor.Publish(EntryKind.Service, "a");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        Assert.Single(_shelf.Names);
    }

    [Fact]
    public void Open_FileWhoseSocketIsNotInTheStore_IsRemoved()
    {
        Kill(Open());
        _shelf.Forget(Assert.Single(_shelf.Names));

        using RunDirectory successor = Open();

        Assert.Equal(1, successor.StaleRemoved);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public void Unlink_Socket_IsForgotten()
    {
        using RunDirectory directory = Open();
        using SeqPacketListener listener = directory.Publish(EntryKind.Service, "a");
        Assert.Single(_shelf.Names);

        directory.Unlink(EntryKind.Service, "a");

        Assert.Empty(_shelf.Names);
    }

    public void Dispose()
    {
        _shelf.Dispose();
        _directory.Dispose();
    }

    private RunDirectory Open() => Open(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

    private RunDirectory Open(UnixFileMode mode) =>
        RunDirectory.Open(new SocketsOptions { Device = "dev", RunDirectory = _directory.Path, Mode = mode, Keeps = true }, _shelf);

    /// <summary>Makes a socket and ends as a killed process does, which removes nothing.</summary>
    private void Kill(RunDirectory directory)
    {
        using (directory)
        using (directory.Publish(EntryKind.Service, "a"))
            _shelf.Offer();
    }
}
