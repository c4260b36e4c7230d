using System.Net;
using System.Net.Sockets;

namespace Bridge.Linux.Tests;

public sealed class StreamListenerTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void BindUnix_AnyUmask_FileHasTheModeAskedFor()
    {
        using StreamListener listener = StreamListener.BindUnix(_directory["s"], OwnerAndGroup, group: null, backlog: 0);

        FileStatus status = FileEntry.ReadStatus(_directory["s"])!.Value;
        Assert.Equal((FileKind.Socket, OwnerAndGroup), (status.Kind, status.Mode));
        Assert.Null(listener.LocalEndPoint);
    }

    [Fact]
    public void BindUnix_NameTaken_ThrowsAndLeavesTheFile()
    {
        File.WriteAllText(_directory["s"], "kept");

        LinuxException failure = Assert.Throws<LinuxException>(() => StreamListener.BindUnix(_directory["s"], OwnerAndGroup, group: null, backlog: 0));

        Assert.Equal(Errno.EADDRINUSE, failure.Errno);
        Assert.Equal("kept", File.ReadAllText(_directory["s"]));
    }

    [Fact]
    public void BindTcp_PortZero_TellsThePortThatWasGiven()
    {
        using StreamListener listener = StreamListener.BindTcp(new IPEndPoint(IPAddress.Loopback, 0), backlog: 1);

        Assert.Equal(IPAddress.Loopback, listener.LocalEndPoint!.Address);
        Assert.NotEqual(0, listener.LocalEndPoint.Port);
        Assert.Null(listener.Accept());
    }

    [Fact]
    public void BindTcp_PortTaken_ThrowsAndNamesIt()
    {
        using StreamListener first = StreamListener.BindTcp(new IPEndPoint(IPAddress.Loopback, 0), backlog: 1);

        LinuxException failure = Assert.Throws<LinuxException>(() => StreamListener.BindTcp(first.LocalEndPoint!, backlog: 1));

        Assert.Equal(Errno.EADDRINUSE, failure.Errno);
        Assert.Contains(first.LocalEndPoint!.ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BindTcp_ForeignAddress_Throws()
    {
        // TEST-NET-1: nobody's.
        LinuxException failure = Assert.Throws<LinuxException>(() => StreamListener.BindTcp(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), backlog: 1));

        Assert.Equal(Errno.EADDRNOTAVAIL, failure.Errno);
    }

    [Fact]
    public void BindTcp_AfterAConnectionWasClosedHere_TakesThePortAgain()
    {
        IPEndPoint endPoint;
        using (StreamListener first = StreamListener.BindTcp(new IPEndPoint(IPAddress.Loopback, 0), backlog: 1))
        {
            endPoint = first.LocalEndPoint!;
            using Socket client = Connect(endPoint);
            // Closed here first: it is this end that has to wait in TIME_WAIT, on the listener's port.
            Accept(first).Dispose();
            Assert.Equal(0, client.Receive(new byte[1]));
        }

        using StreamListener second = StreamListener.BindTcp(endPoint, backlog: 1);

        Assert.Equal(endPoint, second.LocalEndPoint);
    }

    [IPv6Fact]
    public void BindTcp_AnyIPv6_TakesIPv4Too()
    {
        using StreamListener listener = StreamListener.BindTcp(new IPEndPoint(IPAddress.IPv6Any, 0), backlog: 4);
        using Socket four = Connect(new IPEndPoint(IPAddress.Loopback, listener.LocalEndPoint!.Port));
        using StreamSocket acceptedFour = Accept(listener);
        using Socket six = Connect(new IPEndPoint(IPAddress.IPv6Loopback, listener.LocalEndPoint.Port));
        using StreamSocket acceptedSix = Accept(listener);

        Assert.Equal(four.LocalEndPoint, acceptedFour.RemoteEndPoint);
        Assert.Equal(six.LocalEndPoint, acceptedSix.RemoteEndPoint);
    }

    [IPv6Fact]
    public void BindTcp_IPv6Loopback_LeavesIPv4Alone()
    {
        using StreamListener six = StreamListener.BindTcp(new IPEndPoint(IPAddress.IPv6Loopback, 0), backlog: 1);

        Assert.Throws<SocketException>(() => Connect(new IPEndPoint(IPAddress.Loopback, six.LocalEndPoint!.Port)).Dispose());
    }

    [Fact]
    public void Connect_ListenerDisposed_IsRefused()
    {
        StreamListener listener = StreamListener.BindTcp(new IPEndPoint(IPAddress.Loopback, 0), backlog: 1);
        IPEndPoint endPoint = listener.LocalEndPoint!;

        listener.Dispose();

        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => Connect(endPoint).Dispose()).SocketErrorCode);
    }

    private static Socket Connect(IPEndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        try
        {
            socket.Connect(endPoint);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static StreamSocket Accept(StreamListener listener)
    {
        using Poller poller = new();
        poller.Add(listener.Descriptor, 1, PollEvents.In, once: true);
        Assert.Equal(1, poller.WaitPatiently(new PollEvent[poller.Batch]));
        return listener.Accept()!;
    }
}
