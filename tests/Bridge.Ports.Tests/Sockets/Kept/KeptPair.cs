using System.Diagnostics;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Two sides over two wires, in the test's own thread.</summary>
internal sealed class KeptPair : IAsyncDisposable
{
    public const ulong AllFeatures = VirtioFeatures.Version1 | RpmsgFeatures.NameService | RpmsgFeatures.Flow | RpmsgFeatures.AddressService;

    // Two busy cores are shared with other tests.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly SemaphoreSlim _woken = new(0);

    public KeptPair(ulong features = AllFeatures, int buffers = 8, bool stores = true, Func<SocketsOptions, SocketsOptions>? change = null, Func<SocketsOptions, SocketsOptions>? device = null)
    {
        KeptWire up = Up = new(buffers, 512), down = new(buffers, 512);
        SocketsOptions common = (change ?? (static o => o))(new SocketsOptions { Device = "v", RunDirectory = _directory.Path, Keeps = true });
        SocketsOptions other = (device ?? (static o => o))(common with { Device = "d", Services = [new ServiceOptions("echo") { Terms = new EntryTerms(Peers: 4) }] });
        Driver = new KeptSide(common, RpmsgRole.Driver, up, down, features, () => _woken.Release(), stores, NullLogger.Instance);
        Device = new KeptSide(other, RpmsgRole.Device, down, up, features, () => _woken.Release(), stores, NullLogger.Instance);
        Driver.Begin();
        Device.Begin();
    }

    /// <summary>From the driver to the device.</summary>
    public KeptWire Up { get; }

    public KeptSide Driver { get; }

    public KeptSide Device { get; }

    public string Path(string name) => _directory[name];

    /// <summary>Lets both work until something is so.</summary>
    public async Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (!(await Driver.WorkAsync() | await Device.WorkAsync()))
            {
                // The poll thread wakes; a condition may also depend on what the applications do.
                await _woken.WaitAsync(TimeSpan.FromMilliseconds(1));
            }

            Assert.True(Stopwatch.GetElapsedTime(begin) < s_patience, $"never came true: {what}");
        }
    }

    /// <summary>An application opens a socket as soon as it is there.</summary>
    public async Task<SeqPacketSocket> Open(string name)
    {
        SeqPacketSocket? socket = null;
        await Until(() => (socket = PacketSockets.TryConnect(Path(name))) is not null, name);
        return socket!;
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await Device.DisposeAsync();
        _directory.Dispose();
        _woken.Dispose();
    }
}
