using System.Text.Json.Serialization;

namespace Bridge.Ports.Sockets.Control;

/// <summary>One reply on <c>control</c>, as <c>control.schema.json</c> describes it. Members without a value are left out.</summary>
/// <param name="Ok">The request was carried out.</param>
internal abstract record ControlReply([property: JsonPropertyOrder(-1)] bool Ok)
{
    /// <summary>More than any reply's packet has bytes.</summary>
    public const int MaximumLength = 65535;
}
