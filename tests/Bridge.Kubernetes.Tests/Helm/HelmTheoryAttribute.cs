namespace Bridge.Kubernetes.Tests.Helm;

/// <summary>A test with helm and several cases; skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HelmTheoryAttribute : TheoryAttribute
{
    public HelmTheoryAttribute() => Skip = HelmTools.WhyNot!;
}
