using System.Text.Json;

namespace Bridge.Client;

/// <summary>What the gateway's <c>control</c> says about a socket.</summary>
/// <param name="Exists">There is one of that name, free or taken.</param>
/// <param name="IsTaken">An application has it.</param>
/// <param name="Maximum">Most bytes of a message on its device; null: not told.</param>
internal sealed record SocketState(bool Exists, bool IsTaken, int? Maximum)
{
    /// <summary>Reads the reply to <c>flow</c>; null: it is none, or tells nothing.</summary>
    public static SocketState? Read(ReadOnlyMemory<byte> reply)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply);
            JsonElement root = document.RootElement;
            if (!root.GetProperty("ok").GetBoolean())
            {
                return root.GetProperty("error").GetString() == "ENOENT" ? new SocketState(Exists: false, IsTaken: false, Maximum: null) : null;
            }

            bool taken = root.GetProperty("conversations").EnumerateArray().Any(static one => one.GetProperty("connected").GetBoolean());
            bool told = root.TryGetProperty("maximum", out JsonElement maximum);
            return new SocketState(Exists: true, taken, told && maximum.GetInt32() is >= 1 and <= RpmsgChannelOptions.LargestMessageLength and var length ? length : null);
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Not the reply of a gateway that this package knows.
            return null;
        }
    }
}
