using Bridge.Link.Transports.Quic;

namespace Bridge.EndToEnd.Tests;

/// <summary>A test that needs QUIC; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QuicFactAttribute : FactAttribute
{
    public QuicFactAttribute() => Skip = QuicSupport.WhyNot!;
}
