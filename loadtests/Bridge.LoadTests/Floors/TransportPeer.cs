using System.Globalization;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Trust;
using Bridge.LoadTests.Messages;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Floors;

/// <summary>The far side of the raw transports: responds on every connection.</summary>
internal static class TransportPeer
{
    public const string Role = "transport-peer";

    /// <summary>Arguments: key file, peer's fingerprint, port for plain TCP, for TLS, for QUIC. Ready when all are listened on.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using GatewayIdentity identity = GatewayIdentity.Load(arguments[0]);
        FloorTransport transport = new(identity, arguments[1]);
        FloorKind[] kinds = QuicSupport.IsAvailable ? Enum.GetValues<FloorKind>() : [FloorKind.Plain, FloorKind.Tcp];
        int missing = kinds.Length;
        await Task.WhenAll(kinds.Select(kind => transport.ListenAsync(
            kind,
            int.Parse(arguments[2 + (int)kind], CultureInfo.InvariantCulture),
            stream => Responder.Start(new StreamPath(stream, MessagePath.Unbounded)),
            () =>
            {
                if (Interlocked.Decrement(ref missing) == 0)
                    ParentWatch.SayReady();
            },
            CancellationToken.None)));
        return 0;
    }
}
