using System.Net;
using System.Net.Sockets;

namespace Bridge.EndToEnd.Tests.Loss;

/// <summary>Stands between two gateways, passes bytes on and cuts every connection at some moment, until it is calm.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly Random _random;
    private readonly int _spacing;
    private readonly bool? _fromClient;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile bool _calm, _dark;
    private int _cuts;

    /// <summary>Listens; the seed is that of the cuts.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="target">Where to connect to.</param>
    /// <param name="seed">Of the cuts.</param>
    /// <param name="spacing">How many times further apart the cuts are than planned.</param>
    /// <param name="fromClient">Whose bytes are counted until a cut; null: as planned, either's. Where nearly all flows one way, the other's would hardly ever suffice.</param>
    public TcpRelay(IPEndPoint address, IPEndPoint target, int seed, int spacing = 1, bool? fromClient = null)
    {
        (_target, _spacing, _fromClient) = (target, spacing, fromClient);
        _random = new Random(seed);
        _listener.Bind(address);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Connections cut so far.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Nothing passes, and nobody is told; what has come waits.</summary>
    public bool Dark
    {
        get => _dark;
        set => _dark = value;
    }

    /// <summary>No more cuts.</summary>
    public void Calm() => _calm = true;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.Bounded();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptAsync(_stopping.Token);
                CutPlan plan = CutPlan.Next(_random);
                plan = plan with { Budget = plan.Budget * _spacing, FromClient = _fromClient ?? plan.FromClient };
                connections.RemoveAll(task => task.IsCompletedSuccessfully);
                connections.Add(Task.Run(() => ConnectAsync(client, plan)));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(connections);
    }

    private async Task ConnectAsync(Socket client, CutPlan plan)
    {
        using (client)
        using (Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        using (CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token))
        {
            try
            {
                await server.ConnectAsync(_target, over.Token);
            }
            catch (Exception unreachable) when (unreachable is SocketException or OperationCanceledException)
            {
                return;
            }

            (client.NoDelay, server.NoDelay) = (true, true);
            // Either direction's end, by the cut or by the gateways, is the other's as well.
            Task<bool>[] directions =
            [
                PassAsync(client, server, plan.FromClient ? plan : null, over.Token),
                PassAsync(server, client, plan.FromClient ? null : plan, over.Token),
            ];
            bool cut = await await Task.WhenAny(directions);
            await over.CancelAsync();
            cut |= (await Task.WhenAll(directions)).Any(each => each);
            if (cut)
                await CutAsync(client, server, plan);
        }
    }

    /// <summary>Passes bytes on until the connection ends (false) or is to be cut (true).</summary>
    private async Task<bool> PassAsync(Socket from, Socket to, CutPlan? plan, CancellationToken over)
    {
        byte[] buffer = new byte[1 << 16];
        long budget = plan?.Budget ?? long.MaxValue;
        try
        {
            while (true)
            {
                if (_calm)
                    budget = long.MaxValue;
                if (budget == 0)
                    return true;
                int length = await from.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(budget, buffer.Length)), over);
                if (length == 0)
                    return false;
                await UntilLightAsync(over);
                for (int sent = 0; sent < length;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), over);
                budget -= length;
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task CutAsync(Socket client, Socket server, CutPlan plan)
    {
        Interlocked.Increment(ref _cuts);
        if (plan.Silence > TimeSpan.Zero)
            await PauseAsync(plan.Silence);
        if (plan.Manner != CutManner.Close)
            (client.LingerState, server.LingerState) = (new LingerOption(true, 0), new LingerOption(true, 0));
    }

    private async Task UntilLightAsync(CancellationToken over)
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(20));
        while (_dark)
            await pace.WaitForNextTickAsync(over);
    }

    private async Task PauseAsync(TimeSpan time)
    {
        using PeriodicTimer timer = new(time);
        try
        {
            await timer.WaitForNextTickAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
