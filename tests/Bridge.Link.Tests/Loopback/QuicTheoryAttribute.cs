using Bridge.Link.Transports.Quic;

namespace Bridge.Link.Tests;

/// <summary>A theory that needs QUIC; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QuicTheoryAttribute : TheoryAttribute
{
    public QuicTheoryAttribute() => Skip = QuicSupport.WhyNot!;
}
