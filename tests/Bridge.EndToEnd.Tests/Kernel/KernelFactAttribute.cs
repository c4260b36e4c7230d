namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>A test with a real Linux kernel as guest; skipped with the reason where there can be none. Its class has the trait <c>Category=Kernel</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute() => Skip = KernelBuild.WhyNot!;
}
