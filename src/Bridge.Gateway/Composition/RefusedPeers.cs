using Bridge.Link;

namespace Bridge.Gateway.Composition;

/// <summary>Who connected to this gateway's ports in vain, since it started: numbers by reason and the last one's sentence. Thread-safe.</summary>
internal sealed class RefusedPeers
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private string? _last;

    /// <summary>Counts one.</summary>
    public void Add(RefusedPeer peer)
    {
        string reason = peer.Reason.ToString();
        lock (_gate)
        {
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
            _last = $"{peer.RemoteEndPoint?.ToString() ?? "somebody"}: {reason}. {peer.Text}";
        }
    }

    /// <summary>The numbers by reason and the last sentence; null while nobody was refused.</summary>
    public (IReadOnlyDictionary<string, long>? Reasons, string? Last) Read()
    {
        lock (_gate)
            return (_reasons.Count == 0 ? null : new SortedDictionary<string, long>(_reasons, StringComparer.Ordinal), _last);
    }
}
