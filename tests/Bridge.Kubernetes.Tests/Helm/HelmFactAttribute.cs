namespace Bridge.Kubernetes.Tests.Helm;

/// <summary>A test with helm; skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HelmFactAttribute : FactAttribute
{
    public HelmFactAttribute() => Skip = HelmTools.WhyNot!;
}
