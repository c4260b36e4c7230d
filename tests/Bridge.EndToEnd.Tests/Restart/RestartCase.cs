using System.Globalization;

namespace Bridge.EndToEnd.Tests.Restart;

/// <summary>A way in which a gateway ends under load and comes back, and what may happen to messages then: a row of README's table.</summary>
/// <param name="What">The case, as the table has it.</param>
/// <param name="Lost">What may be lost, in the table's words; "0": nothing.</param>
/// <param name="Duplicated">The same for what comes twice although it had been handed over.</param>
/// <param name="Repeated">The same for what comes twice because it was being handed over.</param>
internal sealed record RestartCase(string What, string Lost, string Duplicated, string Repeated)
{
    /// <summary>Nothing may happen.</summary>
    public const string Nothing = "0";

    public static RestartCase RingToRing { get; } = new("what was in a ring when a gateway was killed", Nothing, Nothing, Nothing);

    public static RestartCase KilledWithStore { get; } = new("a gateway is killed (SIGKILL), with a descriptor store", Nothing, Nothing, Nothing);

    public static RestartCase StoppedWithStore { get; } = new("a gateway is told to end (SIGTERM) and started anew, with a descriptor store", Nothing, Nothing, Nothing);

    public static RestartCase KilledWithoutStore { get; } = new("a gateway is killed, without", "what it had not yet read from its own applications' sockets", Nothing, Nothing);

    public static RestartCase StoppedWithoutStore { get; } = new("a gateway is told to end and started anew, without", Nothing, Nothing, Nothing);

    /// <summary>In the table's order.</summary>
    public static IReadOnlyList<RestartCase> All { get; } = [RingToRing, KilledWithStore, StoppedWithStore, KilledWithoutStore, StoppedWithoutStore];

    /// <summary>The row.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"| {What} | {Lost} | {Duplicated} | {Repeated} |");

    /// <summary>Checks what happened against what may.</summary>
    /// <param name="lost">Accepted by <c>send()</c> and never received.</param>
    /// <param name="limit">The most that the words for <see cref="Lost"/> can mean.</param>
    /// <param name="duplicated">Received again.</param>
    /// <param name="repeated">Received again directly after itself.</param>
    /// <param name="context">For the failure.</param>
    public void Verify(long lost, long limit, long duplicated, long repeated, string context)
    {
        Assert.True(lost >= 0 && lost <= (Lost == Nothing ? 0 : limit), $"{What}: {lost} messages were lost. {context}");
        Assert.True(duplicated == 0 || Duplicated != Nothing, $"{What}: {duplicated} messages came twice. {context}");
        Assert.True(repeated == 0 || Repeated != Nothing, $"{What}: {repeated} messages were handed over twice. {context}");
    }
}
