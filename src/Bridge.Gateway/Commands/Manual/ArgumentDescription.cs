namespace Bridge.Gateway.Commands.Manual;

/// <summary>An argument of a command.</summary>
/// <param name="Name">In capitals.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="IsRequired">It cannot be left out.</param>
/// <param name="Kind">What is written there.</param>
/// <param name="Choices">With <see cref="WordKind.Choice"/>: the words.</param>
internal sealed record ArgumentDescription(string Name, string Meaning, bool IsRequired, WordKind Kind, IReadOnlyList<string> Choices);
