using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Ports.Sockets.Control;

/// <summary>
/// The JSON of <c>control</c>. The records are the one home of names and types: requests are checked against their metadata, and a test holds
/// <c>control.schema.json</c> against it.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ListRequest))]
[JsonSerializable(typeof(FlowRequest))]
[JsonSerializable(typeof(CreateServiceRequest))]
[JsonSerializable(typeof(CreateEndpointRequest))]
[JsonSerializable(typeof(DestroyRequest))]
[JsonSerializable(typeof(CloseRequest))]
[JsonSerializable(typeof(ListReply))]
[JsonSerializable(typeof(FlowReply))]
[JsonSerializable(typeof(CreateReply))]
[JsonSerializable(typeof(DoneReply))]
[JsonSerializable(typeof(ErrorReply))]
internal sealed partial class ControlJson : JsonSerializerContext
{
    /// <summary>The metadata of a request or reply; every concrete one is listed above.</summary>
    public static JsonTypeInfo MetadataOf(Type type) =>
        Default.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type} is not a request or reply of control");
}
