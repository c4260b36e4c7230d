using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Gateway.Bench;

/// <summary>The JSON of scenarios and reports.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(ScenarioFile))]
internal sealed partial class BenchJson : JsonSerializerContext;
