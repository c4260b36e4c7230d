using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>One side's sockets, which die and are made again over the same files, wires and descriptors.</summary>
internal sealed class KeptSide(SocketsOptions options, RpmsgRole role, KeptWire transmit, KeptWire receive, ulong features, Action wake, bool stores, ILogger log) : IAsyncDisposable
{
    public const ulong Life = 77;

    private StepKind? _during;

    /// <summary>Stores until it is killed; 0 or less: it is not.</summary>
    public int Fuse { get; private set; }

    public bool IsLit => Fuse > 0;

    public DescriptorShelf Shelf { get; } = new();

    public LocalSockets Sockets { get; private set; } = null!;

    public int Kills { get; private set; }

    /// <summary>What was under way when it was killed.</summary>
    public HashSet<StepKind> Killed { get; } = [];

    public SocketsOptions Options { get; set; } = options;

    public void Begin()
    {
        Make();
        Sockets.Attach(MakeRings(), features, static _ => { }, Life);
        Sockets.Start();
    }

    /// <summary>It will be killed after so many stores.</summary>
    /// <param name="stores">Stores.</param>
    /// <param name="during">Only those count that are made while that is under way; null: all.</param>
    public void Light(int stores, StepKind? during = null) => (Fuse, _during) = (stores, during);

    /// <summary>Lets it work, and makes it again if it dies meanwhile.</summary>
    public async Task<bool> WorkAsync()
    {
        bool more = false;
        if (Live(() => more = Sockets.Pump()))
        {
            return more;
        }

        do
        {
            await KillAsync();
            Make();
        }
        while (!Live(Resume));
        Sockets.Start();
        return true;
    }

    /// <summary>Ends as a killed process does.</summary>
    public async Task KillAsync()
    {
        StoreTrace.Stored = null;
        Kills++;
        Killed.Add(Sockets.UnderWay);
        await Sockets.KillAsync();
    }

    /// <summary>The successor.</summary>
    public void Make()
    {
        Shelf.Offer();
        Sockets = new LocalSockets(Options, wake, TimeProvider.System, log, stores ? Shelf : null);
    }

    /// <summary>Goes on with the life.</summary>
    public void Resume()
    {
        Assert.Equal(Life, Sockets.PredecessorsLife);
        Sockets.Resume(MakeRings(), features, static _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        await Sockets.DisposeAsync();
        Shelf.Dispose();
    }

    private bool Live(Action work)
    {
        StoreTrace.Stored = IsLit ? Burn : null;
        try
        {
            work();
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
        finally
        {
            StoreTrace.Stored = null;
        }
    }

    private KeptRings MakeRings() => new(role, transmit, receive);

    private void Burn()
    {
        if ((_during is null || Sockets.UnderWay == _during) && --Fuse == 0)
        {
            throw new KilledException();
        }
    }
}
