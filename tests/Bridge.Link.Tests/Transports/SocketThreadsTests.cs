using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Tcp;
using Bridge.Link.Trust;

namespace Bridge.Link.Tests.Transports;

public sealed class SocketThreadsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Leave_OnAThreadOfItsOwn_GoesOnInThePool()
    {
        TaskCompletionSource<bool> inPool = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => _ = GoOnAsync(inPool)) { IsBackground = true }.Start();

        Assert.True(await inPool.Task.WaitAsync(s_patience));

        static async Task GoOnAsync(TaskCompletionSource<bool> inPool)
        {
            await SocketThreads.Leave();
            inPool.SetResult(Thread.CurrentThread.IsThreadPoolThread);
        }
    }

    [Fact]
    public async Task Leave_InThePool_GoesOnAtOnce() => Assert.True(await Task.Run(() => SocketThreads.Leave().IsCompleted));

    [Theory]
    [InlineData(100, true)]
    [InlineData(16_000, false)]
    public async Task Read_CompletedOnASocketsThread_LeavesItOnlyIfItIsSmall(int length, bool leaves)
    {
        (Socket client, Socket server) = await ConnectAsync();
        using LinkTlsStream ours = new(new OwnThreadStream(client));
        using SslStream theirs = new(new NetworkStream(server, ownsSocket: true));
        PeerVerification beta = new([new PinnedKeys(TestIdentity.Beta.Fingerprint)], TimeProvider.System), alpha = new([new PinnedKeys(TestIdentity.Alpha.Fingerprint)], TimeProvider.System);
        await Task.WhenAll(
            ours.AuthenticateAsClientAsync(TlsSettings.Client(TestIdentity.Alpha, beta)), theirs.AuthenticateAsServerAsync(TlsSettings.Server(TestIdentity.Beta, alpha))).WaitAsync(s_patience);

        byte[] sent = new byte[length];
        Random.Shared.NextBytes(sent);
        byte[] received = new byte[2 * length];
        Task<(int Count, bool InPool)> reading = ReadAsync(ours, received);
        await theirs.WriteAsync(sent);
        (int count, bool inPool) = await reading.WaitAsync(s_patience);

        Assert.Equal(sent, received[..count]);
        Assert.Equal(leaves, inPool);
    }

    private static async Task<(int Count, bool InPool)> ReadAsync(Stream stream, byte[] buffer)
    {
        int count = await stream.ReadAsync(buffer).ConfigureAwait(false);
        return (count, Thread.CurrentThread.IsThreadPoolThread);
    }

    private static async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return (client, await listener.AcceptAsync());
    }

    /// <summary>Completes every read on a thread of its own, which then goes on with what waited for it: as a socket's thread does where completions stay there.</summary>
    private sealed class OwnThreadStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            TaskCompletionSource<int> read = new();
            new Thread(() => Read(buffer, read)) { IsBackground = true }.Start();
            return new ValueTask<int>(read.Task);
        }

        private void Read(Memory<byte> buffer, TaskCompletionSource<int> read)
        {
            try
            {
                read.SetResult(Read(buffer.Span));
            }
            catch (Exception broken) when (broken is IOException or ObjectDisposedException)
            {
                read.SetException(broken);
            }
        }
    }
}
