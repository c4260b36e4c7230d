namespace Bridge.Fuzz;

/// <summary>Something that strangers' bytes reach.</summary>
/// <param name="Name">For the command line.</param>
/// <param name="Neighbour">Who is hostile: a row of src/THREATS.md.</param>
/// <param name="What">What is under test.</param>
/// <param name="Start">Begins a session.</param>
/// <param name="Steps">Inputs of a session, beyond those of the session that it goes on from.</param>
internal sealed record FuzzTarget(string Name, string Neighbour, string What, Func<FuzzRandom, IFuzzSession> Start, int Steps = 200);
