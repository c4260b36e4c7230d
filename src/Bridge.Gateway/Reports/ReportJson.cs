using System.Text.Json.Serialization;

namespace Bridge.Gateway.Reports;

/// <summary>The schema of the admin API and of <c>--json</c>: one home for server, commands and scripts. Absent means unknown; numbers are never 0 for "not measured".</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(GatewayReport))]
[JsonSerializable(typeof(ChannelsReport))]
[JsonSerializable(typeof(RingsReport))]
[JsonSerializable(typeof(ReadinessReport))]
[JsonSerializable(typeof(IdentityReport))]
[JsonSerializable(typeof(PingReport))]
[JsonSerializable(typeof(ChannelLabReport))]
[JsonSerializable(typeof(BlkLabReport))]
[JsonSerializable(typeof(KernelLabReport))]
[JsonSerializable(typeof(LossLabReport))]
[JsonSerializable(typeof(ReloadReport))]
[JsonSerializable(typeof(ConfigurationReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
