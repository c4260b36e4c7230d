using System.Net;

namespace Bridge.Gateway.Lab;

/// <summary>What the link of the lab runs through when a scenario cuts it, TCP and UDP alike. <see cref="CutAsync"/> is for one caller at a time.</summary>
internal sealed class LabCable(TimeProvider time) : IAsyncDisposable
{
    /// <summary>The gateways' keep-alive: a cut longer than this is noticed over either transport.</summary>
    public const int KeepAliveSeconds = 1;

    private TcpStrand? _tcp;
    private UdpStrand? _udp;

    /// <summary>Cuts so far.</summary>
    public int Cuts { get; private set; }

    /// <summary>Opens the near end, once. Returns it: who connects there reaches <paramref name="target"/>.</summary>
    public IPEndPoint Open(IPEndPoint target)
    {
        // The same port for both, as a gateway has it.
        IPEndPoint near = LoopbackPort.Free();
        _tcp = new TcpStrand(near, target);
        _udp = new UdpStrand(near, target);
        return near;
    }

    /// <summary>Cuts the cable, and mends it after a while.</summary>
    /// <param name="manner">How.</param>
    /// <param name="duration">How long; an address change takes no time.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task CutAsync(CutManner manner, TimeSpan duration, CancellationToken cancellation)
    {
        if (_tcp is not { } tcp || _udp is not { } udp)
            return;
        Cuts++;
        if (manner == CutManner.AddressChange)
        {
            tcp.ResetConnections();
            udp.ChangeAddress();
            return;
        }

        CableDirections swallowed = manner == CutManner.OneDirection ? CableDirections.There : CableDirections.Both;
        (tcp.Swallows, udp.Swallows) = (swallowed, swallowed);
        if (manner == CutManner.Reset)
            tcp.ResetConnections();
        else if (manner == CutManner.Close)
            tcp.CloseConnections();
        await Task.Delay(duration, time, cancellation);
        // Their bytes are missing, so they cannot go on.
        tcp.ResetConnections();
        (tcp.Swallows, udp.Swallows) = (CableDirections.None, manner == CutManner.OtherTransport ? CableDirections.Both : CableDirections.None);
    }

    /// <summary>Both transports pass again, after a last cut that left one out.</summary>
    public void Mend()
    {
        if (_udp is { } udp)
            udp.Swallows = CableDirections.None;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_tcp is not null)
            await _tcp.DisposeAsync();
        if (_udp is not null)
            await _udp.DisposeAsync();
    }
}
