using System.Text.Json;
using Bridge.Linux;

namespace Bridge.Ports.Sockets.Control;

/// <summary>Writes replies as packets.</summary>
internal static class ControlReplyWriter
{
    /// <summary>Writes a reply; returns its length. One that does not fit becomes an error that says so: the request always has its answer.</summary>
    /// <param name="reply">What to say.</param>
    /// <param name="packet">Where it goes: <see cref="ControlReply.MaximumLength"/> bytes are enough for every reply.</param>
    public static int Write(ControlReply reply, Span<byte> packet)
    {
        byte[] json = Serialize(reply);
        if (json.Length > packet.Length)
        {
            json = Serialize(ErrorReply.From(new Refusal(Errno.EMSGSIZE, $"the reply of {json.Length} bytes does not fit into a packet of {packet.Length}")));
        }

        json.CopyTo(packet);
        return json.Length;
    }

    private static byte[] Serialize(ControlReply reply) => JsonSerializer.SerializeToUtf8Bytes(reply, ControlJson.MetadataOf(reply.GetType()));
}
