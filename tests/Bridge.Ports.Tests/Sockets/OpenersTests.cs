using Bridge.Linux;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>The sentence at start about who may connect: the only one there can be, because the kernel refuses the others by itself.</summary>
public sealed class OpenersTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryDirectory _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Openers_GroupMayWrite_NamesUserAndGroup() =>
        Assert.Equal($"user {UserGroup.EffectiveUserId} and group {FileEntry.ReadStatus(_run.Path)!.Value.GroupId} (mode 0660)", OpenersOf(Owner | Group));

    [Fact]
    public void Openers_GroupMayOnlyRead_NamesTheUserOnly() =>
        Assert.Equal($"user {UserGroup.EffectiveUserId} (mode 0640)", OpenersOf(Owner | UnixFileMode.GroupRead));

    [Fact]
    public void Openers_OthersMayWrite_AreEverybody() =>
        Assert.Equal("everybody (mode 0666)", OpenersOf(Owner | Group | UnixFileMode.OtherRead | UnixFileMode.OtherWrite));

    private string OpenersOf(UnixFileMode mode)
    {
        using RunDirectory directory = RunDirectory.Open(new SocketsOptions { Device = "d", RunDirectory = _run.Path, Mode = mode }, store: null);
        return directory.Openers;
    }
}
