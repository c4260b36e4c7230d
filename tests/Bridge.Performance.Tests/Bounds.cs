namespace Bridge.Performance.Tests;

/// <summary>How long anything here may take before it counts as hung, on a machine that has much else to do.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
}
