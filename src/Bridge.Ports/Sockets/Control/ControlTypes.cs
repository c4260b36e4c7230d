using System.Text.Json;

namespace Bridge.Ports.Sockets.Control;

/// <summary>The types that members of requests have.</summary>
internal static class ControlTypes
{
    /// <summary>What a value should have been; null if it is of the type. <c>null</c> is of none: what is not meant is left out.</summary>
    /// <exception cref="InvalidOperationException">A text that no string can be.</exception>
    public static string? FindFault(Type type, JsonElement value) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => value.ValueKind == JsonValueKind.String && value.GetString() is not null ? null : "text",
        var t when t == typeof(bool) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false",
        var t when t == typeof(uint) => value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out _) ? null : $"a whole number 0..{uint.MaxValue}",
        var t when t == typeof(int) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _) ? null : "a whole number",
        var t => throw new NotSupportedException($"members of requests are not {t}"),
    };
}
