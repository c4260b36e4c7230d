namespace Bridge.EndToEnd.Tests.Loss;

/// <summary>How a connection through the relay ends: after so many bytes in one direction, wherever in a frame that is.</summary>
/// <param name="Budget">Bytes until the cut.</param>
/// <param name="FromClient">Counted from the client to the server; otherwise the other way.</param>
/// <param name="Manner">What the two ends see.</param>
/// <param name="Silence">How long nothing passes before the end.</param>
internal sealed record CutPlan(long Budget, bool FromClient, CutManner Manner, TimeSpan Silence)
{
    /// <summary>The next plan of a seeded sequence.</summary>
    public static CutPlan Next(Random random)
    {
        // Some during the handshake and the hello, most among the messages.
        long budget = random.Next(10) == 0 ? random.Next(4000) : random.Next(4000, 120_000);
        CutManner manner = (CutManner)random.Next(3);
        // Shorter and longer than the keep-alive.
        TimeSpan silence = manner == CutManner.Silence ? TimeSpan.FromMilliseconds(random.Next(10) == 0 ? 1500 : random.Next(200)) : TimeSpan.Zero;
        return new CutPlan(budget, random.Next(2) == 0, manner, silence);
    }
}
