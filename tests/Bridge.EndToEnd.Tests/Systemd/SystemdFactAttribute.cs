namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>A test on a booted machine; skipped with the reason where there can be none. Its class has the trait <c>Category=Systemd</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemdFactAttribute : FactAttribute
{
    public SystemdFactAttribute() => Skip = SystemdLab.WhyNot!;
}
