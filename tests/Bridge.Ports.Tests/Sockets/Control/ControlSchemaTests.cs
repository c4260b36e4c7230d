using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Control;

namespace Bridge.Ports.Tests.Sockets.Control;

/// <summary>The schema that people read, held against the records that the program uses.</summary>
public sealed class ControlSchemaTests
{
    private static readonly JsonNode s_schema = JsonNode.Parse(ControlSchema.Text)!;

    // Nested in a reply's list.
    private static readonly Type[] s_parts = [typeof(ListedSocket), typeof(FlowState)];

    /// <summary>The definitions of all requests.</summary>
    public static IEnumerable<string> Requests => Alternatives("request");

    private static IEnumerable<Type> Records => typeof(ControlSchema).Assembly.GetTypes()
        .Where(static type => !type.IsAbstract && (type.IsAssignableTo(typeof(ControlRequest)) || type.IsAssignableTo(typeof(ControlReply))));

    public static TheoryData<string> Definitions => [.. Records.Concat(s_parts).Select(static type => NameOf(type)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Alternatives_OfRequestsAndReplies_AreTheRecords()
    {
        Assert.Equal(Records.Select(NameOf).Order(StringComparer.Ordinal), Requests.Concat(Alternatives("reply")).Order(StringComparer.Ordinal));
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", s_schema["$schema"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Definition_OfEachRecord_HasItsMembers(string name)
    {
        JsonObject documented = Definition(name);
        JsonObject exported = Export(name);

        Assert.Equal(Names(exported["properties"]), Names(documented["properties"]));
        Assert.Equal(RequiredOf(name, exported), documented["required"]!.AsArray().Select(static n => n!.GetValue<string>()).Order(StringComparer.Ordinal));
        foreach ((string member, JsonNode? type) in exported["properties"]!.AsObject())
        {
            Assert.Equal(TypeOf(type!), TypeOf(Resolve(documented["properties"]![member]!)));
        }
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Definition_OfEachRecord_DescribesEachMember(string name)
    {
        JsonObject documented = Definition(name);

        Assert.False(string.IsNullOrWhiteSpace(documented["description"]?.GetValue<string>()));
        Assert.All(documented["properties"]!.AsObject(), member => Assert.True(
            member.Value!["const"] is not null || (member.Value["description"] ?? Resolve(member.Value)["description"]) is not null, member.Key));
    }

    [Fact]
    public void Definition_OfEachRequest_AllowsNoOtherMembersAndItsExamplesAreRead()
    {
        foreach (string name in Requests)
        {
            Assert.False(Definition(name)["additionalProperties"]!.GetValue<bool>());
            Assert.NotEmpty(Examples(name));
            foreach (JsonNode example in Examples(name))
            {
                Assert.True(ControlRequestReader.TryRead(Encoding.UTF8.GetBytes(example.ToJsonString()), out ControlRequest? request, out Refusal? refusal), refusal?.Sentence);
                Assert.Equal(name, NameOf(request.GetType()));
                Assert.Equal(request.Request, Definition(name)["properties"]!["request"]!["const"]!.GetValue<string>());
            }
        }
    }

    [Fact]
    public void Limits_OfTheSchema_AreThoseOfTheProgram()
    {
        JsonNode service = Definition("createServiceRequest")["properties"]!;
        Assert.Equal(CreateServiceRequest.MaximumPeers, service["peers"]!["maximum"]!.GetValue<int>());
        Assert.Equal(CreateServiceRequest.MaximumGraceSeconds, service["graceSeconds"]!["maximum"]!.GetValue<int>());
        Assert.Equal(ListReply.MaximumEntries, Definition("listReply")["properties"]!["entries"]!["maxItems"]!.GetValue<int>());
        Assert.Equal(FlowReply.MaximumConversations, Definition("flowReply")["properties"]!["conversations"]!["maxItems"]!.GetValue<int>());
        Assert.Equal(Bridge.Rpmsg.NameServiceMessage.MaximumNameLength, Definition("name")["maxLength"]!.GetValue<int>());
        Assert.Equal(uint.MaxValue, Definition("address")["maximum"]!.GetValue<uint>());
        Assert.Contains(ControlRequest.MaximumLength.ToString(System.Globalization.CultureInfo.InvariantCulture), s_schema["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_OfTheSchema_AreThoseOfTheRecord()
    {
        JsonNode service = Definition("createServiceRequest")["properties"]!;
        CreateServiceRequest defaults = new("name") { Request = "create" };
        Assert.Equal(
            (defaults.Permanent, defaults.Peers, defaults.Takeover, defaults.GraceSeconds),
            (service["permanent"]!["default"]!.GetValue<bool>(), service["peers"]!["default"]!.GetValue<int>(), service["takeover"]!["default"]!.GetValue<bool>(), service["graceSeconds"]!["default"]!.GetValue<int>()));
        Assert.Equal(new CloseRequest { Request = "close", Socket = "channels/a" }.Own, Definition("closeRequest")["properties"]!["own"]!["default"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("channels/echo")]
    [InlineData("endpoints/echo.1024")]
    [InlineData("endpoints/echo.01")]
    [InlineData("endpoints/echo")]
    [InlineData("services/%2E")]
    [InlineData("services/")]
    [InlineData("services/a b")]
    [InlineData("other/a")]
    public void Pattern_OfSockets_AgreesWithTheProgram(string text) =>
        Assert.Equal(
            EntryPath.TryParse(text, out _, out _),
            System.Text.RegularExpressions.Regex.IsMatch(text, Definition("socket")["pattern"]!.GetValue<string>()));

    /// <summary>The examples of a definition.</summary>
    public static IEnumerable<JsonNode> Examples(string name) => Definition(name)["examples"]!.AsArray().Select(static example => example!);

    private static string NameOf(Type type) => char.ToLowerInvariant(type.Name[0]) + type.Name[1..];

    private static JsonObject Definition(string name) => s_schema["$defs"]![name]?.AsObject() ?? throw new KeyNotFoundException(name);

    private static JsonObject Export(string name)
    {
        Type type = Records.Concat(s_parts).Single(type => NameOf(type) == name);
        return ControlJson.MetadataOf(type).GetJsonSchemaAsNode().AsObject();
    }

    private static IEnumerable<string> Alternatives(string name) =>
        Definition(name)["oneOf"]!.AsArray().Select(static alternative => alternative!["$ref"]!.GetValue<string>()["#/$defs/".Length..]);

    private static IEnumerable<string> Names(JsonNode? members) => members!.AsObject().Select(static member => member.Key).Order(StringComparer.Ordinal);

    /// <summary>A request must have what its record requires; a reply always has what can never be null.</summary>
    private static IEnumerable<string> RequiredOf(string name, JsonObject exported) =>
        name.EndsWith("Request", StringComparison.Ordinal)
            ? exported["required"]!.AsArray().Select(static n => n!.GetValue<string>()).Order(StringComparer.Ordinal)
            : exported["properties"]!.AsObject().Where(static member => !IsNullable(member.Value!)).Select(static member => member.Key).Order(StringComparer.Ordinal);

    private static bool IsNullable(JsonNode type) => type["type"] is JsonArray types && types.Any(static t => t!.GetValue<string>() == "null");

    private static JsonNode Resolve(JsonNode type) => type["$ref"] is { } reference ? Definition(reference.GetValue<string>()["#/$defs/".Length..]) : type;

    /// <summary>"integer", "array of object", "one of a, b": what both schemas must agree upon.</summary>
    private static string TypeOf(JsonNode type)
    {
        if (type["enum"] is JsonArray values)
        {
            return "one of " + string.Join(", ", values.Select(static value => value!.GetValue<string>()));
        }

        string name = type["const"] is { } constant
            ? constant.GetValueKind() is System.Text.Json.JsonValueKind.String ? "string" : "boolean"
            : type["type"] is JsonArray types ? types.Select(static t => t!.GetValue<string>()).Single(static t => t != "null") : type["type"]!.GetValue<string>();
        return name == "array" ? $"array of {TypeOf(Resolve(type["items"]!))}" : name;
    }
}
