namespace Bridge.Gateway.Commands.Manual;

/// <summary>A command.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Summary">A sentence.</param>
/// <param name="Details">Lines for its help; may be empty.</param>
/// <param name="Arguments">In their order.</param>
/// <param name="Options">In their order.</param>
internal sealed record CommandDescription(
    string Name, string Summary, string Details, IReadOnlyList<ArgumentDescription> Arguments, IReadOnlyList<OptionDescription> Options);
