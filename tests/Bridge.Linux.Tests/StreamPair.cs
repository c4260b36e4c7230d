using System.Net;
using System.Net.Sockets;

namespace Bridge.Linux.Tests;

/// <summary>Two connected stream sockets: the application's end, which is .NET's own, and ours.</summary>
internal sealed class StreamPair : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Poller _poller = new();
    private readonly PollEvent[] _ready;

    public StreamPair(bool tcp)
    {
        _ready = new PollEvent[_poller.Batch];
        if (tcp)
        {
            using StreamListener listener = StreamListener.BindTcp(new IPEndPoint(IPAddress.Loopback, 0), backlog: 1);
            Application = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Application.Connect(listener.LocalEndPoint!);
            Ours = Accept(listener);
        }
        else
        {
            string path = _directory["s"];
            using StreamListener listener = StreamListener.BindUnix(path, UnixFileMode.UserRead | UnixFileMode.UserWrite, group: null, backlog: 0);
            Application = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Application.Connect(new UnixDomainSocketEndPoint(path));
            Ours = Accept(listener);
        }

        // A test that would hang fails instead.
        Application.ReceiveTimeout = Application.SendTimeout = 10_000;
        _poller.Add(Ours.Descriptor, 1, PollEvents.None, once: true);
    }

    public Socket Application { get; }

    public StreamSocket Ours { get; }

    /// <summary>Receives once something is to be seen.</summary>
    public StreamOutcome Receive(Span<byte> buffer, out int received)
    {
        Await(PollEvents.In);
        return Ours.Receive(buffer, out received);
    }

    /// <summary>Waits until something is to be seen on our end.</summary>
    public void Await(PollEvents events)
    {
        _poller.Modify(Ours.Descriptor, 1, events, once: true);
        Assert.True(_poller.WaitPatiently(_ready) == 1, "nothing within 10 s");
    }

    public void Dispose()
    {
        Application.Dispose();
        Ours.Dispose();
        _poller.Dispose();
        _directory.Dispose();
    }

    private static StreamSocket Accept(StreamListener listener)
    {
        using Poller poller = new();
        poller.Add(listener.Descriptor, 1, PollEvents.In, once: true);
        Assert.Equal(1, poller.WaitPatiently(new PollEvent[poller.Batch]));
        return listener.Accept() ?? throw new InvalidOperationException("the connection is not there");
    }
}
