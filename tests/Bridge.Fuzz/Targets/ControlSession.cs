using System.Text;
using Bridge.Ports.Sockets.Control;

namespace Bridge.Fuzz.Targets;

/// <summary>Packets of <c>control</c>: a request, or a sentence. Nothing is thrown, and the sentence is short whatever it quotes.</summary>
internal sealed class ControlSession : IFuzzSession
{
    private static readonly byte[][] s_requests =
    [
        .. new[]
        {
            """{"request":"list"}""", """{"request":"list","after":"channels/echo"}""", """{"request":"flow","socket":"services/a%20b"}""",
            """{"request":"create","service":"n\u00fc","address":30,"permanent":true,"peers":128,"takeover":true,"graceSeconds":86400}""",
            """{"request":"create","endpoint":"name","local":1030,"remote":30}""", """{"request":"destroy","socket":"services/x"}""",
            """{"request":"close","socket":"endpoints/e.30","own":true}""", """{"request":"\ud800","after":[[[[1e400]]]]}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly byte[][] s_pieces = [.. new[] { "{", "}", "[", "\"", ":", ",", "\\u0000", "\\ud800", "null", "true", "-1", "1e999", "4294967296", "\"request\":", "\u00ff" }.Select(Encoding.UTF8.GetBytes)];

    public void Dispose()
    {
    }

    public int Step(FuzzRandom random)
    {
        byte[] packet = [.. random.Pick<byte[]>(s_requests)];
        for (int i = random.Next(4); i > 0; i--)
        {
            int at = random.Next(packet.Length + 1);
            packet = random.OneIn(2) ? [.. packet.AsSpan(0, at), .. random.Pick<byte[]>(s_pieces), .. packet.AsSpan(at)] : ByteMutation.Change(random, packet);
        }

        if (random.OneIn(500))
            packet = [.. Enumerable.Repeat((byte)random.Pick<char>(['[', '{', ' ', '"']), random.Next(2 * ControlRequest.MaximumLength))];
        bool isRequest = ControlRequestReader.TryRead(packet, out ControlRequest? request, out Bridge.Ports.Sockets.Refusal? refusal);
        FuzzFindException.Unless(isRequest == (request is not null) && isRequest == (refusal is null), $"both or neither");
        FuzzFindException.Unless(refusal is null || refusal.Sentence.Length < 2 * ControlRequest.MaximumLength, $"a sentence of {refusal?.Sentence.Length} characters");
        return Outcome.Of(isRequest ? request!.GetType().Name.Length : -(int)refusal!.Errno, refusal?.Sentence.Length ?? 0);
    }
}
