using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

namespace Bridge.Gateway.Composition;

/// <summary>All counters of a device by their names, so that none can be forgotten: every 64-bit property and field of its sets.</summary>
internal static class DeviceCounters
{
    private static readonly ConcurrentDictionary<Type, MemberInfo[]> Known = [];

    /// <summary>The counters now: <c>relay.posted</c>, <c>port.tooLong</c>, <c>bus.shortHeader</c> and so on.</summary>
    public static Dictionary<string, long> Read(params ReadOnlySpan<(string Set, object Source)> sources)
    {
        var counters = new Dictionary<string, long>();
        foreach ((string set, object source) in sources)
            Add(counters, set, Known.GetOrAdd(source.GetType(), Members), source);
        return counters;
    }

    private static MemberInfo[] Members(Type type) =>
        [.. type.GetMembers(BindingFlags.Public | BindingFlags.Instance).Where(member => TypeOf(member) == typeof(long))];

    private static Type? TypeOf(MemberInfo member) => (member as PropertyInfo)?.PropertyType ?? (member as FieldInfo)?.FieldType;

    private static void Add(Dictionary<string, long> counters, string set, MemberInfo[] members, object source)
    {
        foreach (MemberInfo member in members)
        {
            object? value = member is PropertyInfo property ? property.GetValue(source) : ((FieldInfo)member).GetValue(source);
            counters.Add($"{set}.{JsonNamingPolicy.CamelCase.ConvertName(member.Name)}", (long)value!);
        }
    }
}
