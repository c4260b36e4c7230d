namespace Bridge.EndToEnd.Tests.Lab;

/// <summary>A test of a machine without libmsquic; skipped with the reason where the library cannot be hidden.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WithoutQuicFactAttribute : FactAttribute
{
    public WithoutQuicFactAttribute() => Skip = QuicLibrary.WhyNotHidden!;
}
