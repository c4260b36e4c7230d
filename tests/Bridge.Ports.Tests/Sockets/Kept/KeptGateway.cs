using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>One gateway's device: port and relay, which die and are made again over the same files and descriptors.</summary>
internal sealed class KeptGateway(SocketsOptions options, bool isDriver, bool stores, Action wake, ILogger log) : IAsyncDisposable
{
    private SocketsDriverPort? _driver;
    private SocketsDevicePort? _device;
    private bool _isDead;

    public DescriptorShelf Shelf { get; } = new();

    public Relay.Relay Relay { get; private set; } = null!;

    /// <summary>Stores until it is killed; 0 or less: it is not.</summary>
    public int Fuse { get; set; }

    public int Kills { get; private set; }

    /// <summary>It has been made anew since this was last asked.</summary>
    public bool IsNew { get; set; }

    /// <summary>Makes it; it may die on it.</summary>
    public async Task MakeAsync()
    {
        do
        {
            Shelf.Offer();
            if (isDriver)
            {
                _driver = new SocketsDriverPort(options, wake, log, TimeProvider.System, stores ? Shelf : null);
            }
            else
            {
                _device = new SocketsDevicePort(options, wake, log, TimeProvider.System, stores ? Shelf : null);
            }

            _isDead = false;
        }
        while (!await LiveAsync(() => Relay = isDriver
            ? new DriverRelay(options.Device, _driver!, TimeProvider.System, log)
            : new DeviceRelay(options.Device, _device!, new PoolOptions(PlaceSize: 512), TimeProvider.System, log)));
        _driver?.Listen();
        _device?.Listen();
        IsNew = true;
    }

    /// <summary>Lets it work. False: it died of it.</summary>
    public async Task<bool> LiveAsync(Action work)
    {
        StoreTrace.Stored = Fuse > 0 ? Burn : null;
        try
        {
            work();
            return true;
        }
        catch (KilledException)
        {
        }
        finally
        {
            StoreTrace.Stored = null;
        }

        Kills++;
        _isDead = true;
        await (_driver?.KillAsync() ?? _device!.KillAsync());
        return false;
    }

    public SocketsStatus ReadStatus() => _driver?.ReadStatus() ?? _device!.ReadStatus();

    public void Close()
    {
        _driver?.Close();
        _device?.Close();
    }

    /// <summary>Ends in order, as at SIGTERM; its turn runs until there is nothing more to do.</summary>
    public async Task EndAsync()
    {
        Close();
        while (Relay.Pump())
        {
        }

        await (_driver?.DisposeAsync() ?? _device!.DisposeAsync());
    }

    public async ValueTask DisposeAsync()
    {
        // A failure to revive it is what the test should report, not that it is gone already.
        if (!_isDead)
        {
            await (_driver?.DisposeAsync() ?? _device!.DisposeAsync());
        }

        Shelf.Dispose();
    }

    private void Burn()
    {
        if (--Fuse == 0)
        {
            throw new KilledException();
        }
    }
}
