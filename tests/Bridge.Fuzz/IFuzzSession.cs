namespace Bridge.Fuzz;

/// <summary>The code under test from a fresh start on, and the hostile neighbour that gives it one input after the other.</summary>
internal interface IFuzzSession : IDisposable
{
    /// <summary>Makes one input, gives it to the code under test and checks what came of it.</summary>
    /// <param name="random">Decides everything: the same numbers, the same session.</param>
    /// <returns>
    /// What kind of thing happened: refusals with their reason, states, counts by magnitude. A session that comes to a number that no other has come to is gone on from.
    /// </returns>
    /// <exception cref="Exception">Anything that comes out is a find.</exception>
    int Step(FuzzRandom random);
}
