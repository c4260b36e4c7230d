using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Ports.Sockets.Control;

/// <summary>An enum as its members' names, spelt as members of objects are; numbers are not read.</summary>
internal sealed class CamelCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
