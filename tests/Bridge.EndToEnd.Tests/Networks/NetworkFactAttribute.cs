using Bridge.Link.Transports.Quic;

namespace Bridge.EndToEnd.Tests.Networks;

/// <summary>A test in network namespaces of its own; skipped with the reason where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkFactAttribute : FactAttribute
{
    private bool _quic;

    public NetworkFactAttribute() => Skip = NetworkLab.WhyNot!;

    /// <summary>It needs QUIC as well.</summary>
    public bool Quic
    {
        get => _quic;
        set
        {
            _quic = value;
            if (value)
                Skip ??= QuicSupport.WhyNot!;
        }
    }
}
