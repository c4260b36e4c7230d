using System.Text;
using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>A run directory with one device whose sockets a test makes appear and disappear, as a gateway does.</summary>
internal sealed class FakeGateway : IDisposable
{
    public const string Device = "rpmsg0";

    private readonly DirectoryInfo _run = Directory.CreateTempSubdirectory("rb");
    private readonly List<IDisposable> _owned = [];

    public FakeGateway()
    {
        foreach (string directory in new[] { "channels", "endpoints", "services" })
        {
            Directory.CreateDirectory(Path.Combine(Run, Device, directory));
        }
    }

    public string Run => _run.FullName;

    public RpmsgChannelOptions Options => new() { RunDirectory = Run };

    /// <summary>The path of a socket such as <c>channels/echo</c>.</summary>
    public string PathOf(string socket) => Path.Combine(Run, Device, socket);

    /// <summary>Makes a socket appear. It stays while it is taken; tests take it away.</summary>
    public SeqPacketListener Offer(string socket)
    {
        SeqPacketListener listener = SeqPacketListener.Bind(PathOf(socket), UnixFileMode.UserRead | UnixFileMode.UserWrite, group: null, backlog: 0);
        _owned.Add(listener);
        return listener;
    }

    /// <summary>Takes a socket away.</summary>
    public void Withdraw(string socket) => File.Delete(PathOf(socket));

    /// <summary>The gateway's end of the next connection.</summary>
    public async Task<FakePeer> AcceptAsync(SeqPacketListener listener)
    {
        SeqPacketSocket? socket = null;
        await Patience.UntilAsync(() => (socket = listener.Accept()) is not null, "a connection");
        FakePeer peer = new(socket!);
        _owned.Add(peer);
        return peer;
    }

    /// <summary>A channel <c>echo</c> and its gateway's end.</summary>
    public async Task<(RpmsgChannel Channel, FakePeer Peer)> OpenAsync(RpmsgChannelOptions? options = null)
    {
        using SeqPacketListener listener = Offer("channels/echo");
        Task<FakePeer> accepting = AcceptAsync(listener);
        RpmsgChannel channel = await RpmsgChannel.ConnectAsync(RpmsgPath.Channel(Device, "echo"), options ?? Options).Bounded();
        FakePeer peer = await accepting;
        Withdraw("channels/echo");
        return (channel, peer);
    }

    /// <summary>Answers the next request on <c>control</c>; what was asked.</summary>
    public async Task<string> AnswerAsync(SeqPacketListener control, string reply)
    {
        FakePeer peer = await AcceptAsync(control);
        byte[] request = (await peer.ReceiveAsync())!;
        peer.Send(Encoding.UTF8.GetBytes(reply));
        return Encoding.UTF8.GetString(request);
    }

    public void Dispose()
    {
        _owned.ForEach(static one => one.Dispose());
        _run.Delete(recursive: true);
    }
}
