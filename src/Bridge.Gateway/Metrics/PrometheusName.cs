using System.Collections.Frozen;

namespace Bridge.Gateway.Metrics;

/// <summary>From the names and units of instruments to Prometheus' (https://prometheus.io/docs/practices/naming/), as OpenTelemetry's exporters do it.</summary>
internal static class PrometheusName
{
    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string> { ["s"] = "seconds", ["By"] = "bytes" }.ToFrozenDictionary();

    // _count is kept for histograms: of the runtime's gauges, these end with it.
    private static readonly FrozenDictionary<string, string> Plurals = new Dictionary<string, string>
    {
        ["dotnet_thread_pool_thread_count"] = "dotnet_thread_pool_threads",
        ["dotnet_thread_pool_work_item_count"] = "dotnet_thread_pool_work_items",
        ["dotnet_timer_count"] = "dotnet_timers",
        ["dotnet_assembly_count"] = "dotnet_assemblies",
        ["dotnet_process_cpu_count"] = "dotnet_process_cpus",
    }.ToFrozenDictionary();

    /// <summary>The family's name: dots are underscores, the unit and a counter's <c>_total</c> come last.</summary>
    public static string Of(string instrument, string? unit, bool isCounter)
    {
        string name = Label(instrument);
        name = Plurals.GetValueOrDefault(name, name);
        if (unit is not null && Units.TryGetValue(unit, out string? suffix) && !name.EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            name += "_" + suffix;
        }

        return isCounter ? name + "_total" : name;
    }

    /// <summary>A label's name: letters, digits and underscores.</summary>
    public static string Label(string tag) => string.Create(tag.Length, tag, static (name, tag) =>
    {
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = char.IsAsciiLetterOrDigit(tag[i]) ? tag[i] : '_';
        }
    });
}
