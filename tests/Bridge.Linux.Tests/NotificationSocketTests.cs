using System.Net.Sockets;
using System.Text;

namespace Bridge.Linux.Tests;

/// <summary>Messages for a service manager, at a path and under an abstract name, with and without descriptors.</summary>
public sealed class NotificationSocketTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Send_State_ArrivesAsOneMessage(bool isAbstract)
    {
        using TemporaryDirectory directory = new();
        string name = isAbstract ? $"@rpmsg-bridge-test-{Guid.NewGuid():N}" : Path.Combine(directory.Path, "notify");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name[1..] : name));
        NotificationSocket socket = new(name);

        Assert.Equal(SendOutcome.Sent, socket.Send("READY=1\nSTATUS=a"u8, []));
        Assert.Equal(SendOutcome.Sent, socket.Send("WATCHDOG=1"u8, []));

        byte[] bytes = new byte[64];
        Assert.Equal("READY=1\nSTATUS=a", Encoding.UTF8.GetString(bytes, 0, manager.Receive(bytes)));
        Assert.Equal("WATCHDOG=1", Encoding.UTF8.GetString(bytes, 0, manager.Receive(bytes)));
    }

    [Fact]
    public void Send_WithDescriptors_PassesThemOn()
    {
        using TemporaryDirectory directory = new();
        string path = Path.Combine(directory.Path, "notify");
        using NotificationReceiver manager = new(path);
        using EventFd bell = new();
        List<FileDescriptor> received = [];
        byte[] bytes = new byte[64];
        Assert.False(manager.TryReceive(bytes, received, out _));

        new NotificationSocket(path).Send("FDSTORE=1\nFDNAME=bell"u8, [bell.Descriptor]);

        Assert.True(manager.TryReceive(bytes, received, out int length));
        Assert.Equal("FDSTORE=1\nFDNAME=bell", Encoding.UTF8.GetString(bytes, 0, length));
        Assert.False(manager.TryReceive(bytes, received, out _));
        using FileDescriptor passed = Assert.Single(received);
        using Doorbell doorbell = new(passed);
        Assert.True(doorbell.Ring());
        Assert.True(bell.Take());
    }

    [Fact]
    public void Send_FullQueue_WouldBlockAndTriedAgainArrives()
    {
        using TemporaryDirectory directory = new();
        string path = Path.Combine(directory.Path, "notify");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        NotificationSocket socket = new(path);
        int sent = 0;
        while (socket.Send("WATCHDOG=1"u8, []) == SendOutcome.Sent)
            sent++;

        byte[] bytes = new byte[64];
        for (int i = 0; i < sent; i++)
            manager.Receive(bytes);

        Assert.Equal(SendOutcome.Sent, socket.Send("STATUS=b"u8, []));
        Assert.Equal("STATUS=b", Encoding.UTF8.GetString(bytes, 0, manager.Receive(bytes)));
    }

    [Fact]
    public void Send_NobodyThere_SaysSo()
    {
        using TemporaryDirectory directory = new();

        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => new NotificationSocket(Path.Combine(directory.Path, "none")).Send("READY=1"u8, [])).Errno);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("vsock:2:1234")]
    public void Address_ThatIsNone_IsRefused(string address) => Assert.Throws<ArgumentException>(() => new NotificationSocket(address));
}
