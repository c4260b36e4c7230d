using System.Globalization;
using Bridge.Link.Trust;
using Bridge.LoadTests.Messages;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Floors;

/// <summary>One of the two processes of the pass-through relay: applications' sockets and the link's transports, and nothing between them.</summary>
internal static class PassThroughProgram
{
    public const string Role = "pass-through";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Arguments: near or far, key file, peer's fingerprint, then for each line: SeqPacket or Stream, the path of its Unix socket, the transport and its port. The near
    /// side dials, the far side listens. Ready when every Unix socket is listened on.
    /// </summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using GatewayIdentity identity = GatewayIdentity.Load(arguments[1]);
        FloorTransport transport = new(identity, arguments[2]);
        string[][] lines = [.. arguments.Skip(3).Chunk(4)];
        Task[] running = [.. lines.Select(line => LineAsync(line, arguments[0] == "near", transport))];
        ParentWatch.SayReady();
        await Task.WhenAll(running);
        return 0;
    }

    private static async Task LineAsync(string[] line, bool dials, FloorTransport transport)
    {
        using CancellationTokenSource limit = new(Patience);
        FloorKind kind = Enum.Parse<FloorKind>(line[2]);
        int port = int.Parse(line[3], CultureInfo.InvariantCulture);
        Task<LocalApplication> application = LocalApplication.AcceptAsync(Enum.Parse<PathKind>(line[0]), line[1], limit.Token);
        Stream stream = dials ? await DialAsync(transport, kind, port, limit.Token) : await AcceptAsync(transport, kind, port, limit.Token);
        // The peer sees a QUIC stream only once something is written; the byte is harmless on TCP and taken off by the other side.
        if (dials)
            await stream.WriteAsync(new byte[1], limit.Token);
        else
            await stream.ReadExactlyAsync(new byte[1], limit.Token);
        await new PassThroughLine(await application, stream).RunAsync();
    }

    private static async Task<Stream> DialAsync(FloorTransport transport, FloorKind kind, int port, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await transport.ConnectAsync(kind, port, cancellation);
            }
            catch (Exception early) when (early is IOException or System.Net.Sockets.SocketException or System.Net.Quic.QuicException && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
            }
        }
    }

    private static async Task<Stream> AcceptAsync(FloorTransport transport, FloorKind kind, int port, CancellationToken cancellation)
    {
        TaskCompletionSource<Stream> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task listening = transport.ListenAsync(kind, port, stream => first.TrySetResult(stream), static () => { }, CancellationToken.None);
        await Task.WhenAny(listening, first.Task).WaitAsync(cancellation);
        return await first.Task;
    }
}
