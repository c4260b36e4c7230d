namespace Bridge.Fuzz;

/// <summary>A property does not hold.</summary>
internal sealed class FuzzFindException(string message) : Exception(message)
{
    /// <summary>Says so if it is.</summary>
    public static void Unless(bool holds, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(holds))] ref FindText what)
    {
        if (!holds)
            throw new FuzzFindException(what.ToString());
    }
}
