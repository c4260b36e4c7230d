namespace Bridge.Linux.Tests;

/// <summary>Two connected sockets: the application's end, and ours.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public SocketPair()
    {
        string path = _directory["s"];
        using SeqPacketListener listener = SeqPacketListener.Bind(path, UnixFileMode.UserRead | UnixFileMode.UserWrite, group: null, backlog: 0);
        Application = SeqPacketSocket.Connect(path);
        Ours = listener.Accept() ?? throw new InvalidOperationException("the connection is not there");
    }

    public SeqPacketSocket Application { get; }

    public SeqPacketSocket Ours { get; }

    public void Dispose()
    {
        Application.Dispose();
        Ours.Dispose();
        _directory.Dispose();
    }
}
