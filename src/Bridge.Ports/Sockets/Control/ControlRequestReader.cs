using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Bridge.Linux;

namespace Bridge.Ports.Sockets.Control;

/// <summary>Reads a packet of <c>control</c> into a request, or says in a sentence why that is not possible. Whatever a packet holds, nothing is thrown.</summary>
internal static class ControlRequestReader
{
    // Requests are flat; deeper nesting is a wrong type anyway, and is not even walked.
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 4 };

    private static readonly Refusal s_notJson = new(
        Errno.EINVAL, "the packet is not JSON: it must hold one object in UTF-8 such as {\"request\":\"list\"}");

    /// <summary>Reads a request.</summary>
    /// <param name="packet">The packet as it came; if it was longer than <see cref="ControlRequest.MaximumLength"/>, at least one byte more than that.</param>
    /// <param name="request">What is asked for; null if it was refused.</param>
    /// <param name="refusal">Why not; null if nothing is wrong.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, [NotNullWhen(true)] out ControlRequest? request, [NotNullWhen(false)] out Refusal? refusal)
    {
        request = null;
        if (packet.Length > ControlRequest.MaximumLength)
        {
            refusal = new Refusal(Errno.EMSGSIZE, $"a request is at most {ControlRequest.MaximumLength} bytes long");
            return false;
        }

        if (!Utf8.IsValid(packet))
        {
            refusal = s_notJson;
            return false;
        }

        try
        {
            JsonElement root = JsonElement.Parse(packet, s_options);
            refusal = Read(root, out request);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperation: a name or text with half a surrogate pair, which JSON can spell and no string can be.
            refusal = s_notJson;
        }

        return refusal is null;
    }

    private static Refusal? Read(JsonElement root, out ControlRequest? request)
    {
        request = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return s_notJson;
        }

        Type? type = FindType(root, out Refusal? refusal);
        if (type is null)
        {
            return refusal;
        }

        JsonTypeInfo metadata = ControlJson.MetadataOf(type);
        if (FindMemberFault(root, metadata) is { } fault)
        {
            return Invalid(fault);
        }

        ControlRequest read = (ControlRequest)root.Deserialize(metadata)!;
        if (read.FindFault() is { } wrong)
        {
            return Invalid(wrong);
        }

        request = read;
        return null;
    }

    private static Type? FindType(JsonElement root, out Refusal? refusal)
    {
        refusal = null;
        if (!root.TryGetProperty("request", out JsonElement word))
        {
            refusal = Invalid("the member 'request' is missing: list, flow, create, destroy or close");
            return null;
        }

        if (word.ValueKind != JsonValueKind.String)
        {
            refusal = Invalid("'request' must be text: list, flow, create, destroy or close");
            return null;
        }

        switch (word.GetString())
        {
            case "list":
                return typeof(ListRequest);
            case "flow":
                return typeof(FlowRequest);
            case "destroy":
                return typeof(DestroyRequest);
            case "close":
                return typeof(CloseRequest);
            case "create":
                bool service = root.TryGetProperty("service", out _);
                if (service != root.TryGetProperty("endpoint", out _))
                {
                    return service ? typeof(CreateServiceRequest) : typeof(CreateEndpointRequest);
                }

                refusal = Invalid(service
                    ? "'create' has both 'service' and 'endpoint': make them with two requests"
                    : "'create' needs 'service' or 'endpoint', the name of what to make");
                return null;
            default:
                refusal = new Refusal(Errno.EOPNOTSUPP, $"no request is called {ControlRules.Quote(word.GetString()!)}: list, flow, create, destroy or close");
                return null;
        }
    }

    /// <summary>Holds the members against those of the record, so that the sentence can name the member and what it should be.</summary>
    private static string? FindMemberFault(JsonElement root, JsonTypeInfo metadata)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                return $"the member {ControlRules.Quote(member.Name)} is there twice";
            }

            JsonPropertyInfo? known = metadata.Properties.FirstOrDefault(property => property.Name == member.Name);
            if (known is null)
            {
                return $"this request has no member {ControlRules.Quote(member.Name)}: {string.Join(", ", metadata.Properties.Select(static property => property.Name))}";
            }

            if (ControlTypes.FindFault(known.PropertyType, member.Value) is { } expected)
            {
                return $"'{member.Name}' must be {expected}";
            }
        }

        JsonPropertyInfo? missing = metadata.Properties.FirstOrDefault(property => property.IsRequired && !seen.Contains(property.Name));
        return missing is null ? null : $"the member '{missing.Name}' is missing";
    }

    private static Refusal Invalid(string sentence) => new(Errno.EINVAL, sentence);
}
