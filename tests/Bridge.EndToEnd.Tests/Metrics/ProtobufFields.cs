namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>Walks protocol buffers without their schema (https://protobuf.dev/programming-guides/encoding/).</summary>
internal static class ProtobufFields
{
    /// <summary>The length-delimited values at the end of a path of field numbers.</summary>
    public static IEnumerable<byte[]> Find(byte[] message, params int[] path) =>
        Fields(message).Where(field => field.Number == path[0]).SelectMany(field => path.Length == 1 ? [field.Value] : Find(field.Value, path[1..]));

    private static List<(int Number, byte[] Value)> Fields(byte[] message)
    {
        List<(int, byte[])> fields = [];
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(((int)(tag >> 3), message[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7} at {at}");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
