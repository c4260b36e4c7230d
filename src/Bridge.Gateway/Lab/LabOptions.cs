namespace Bridge.Gateway.Lab;

/// <summary>What a user asks of the lab.</summary>
/// <param name="File">The file that goes through a channel and back.</param>
/// <param name="Guest">Directory with a guest's kernel and file system; null: where its scenario's prepare script puts them.</param>
/// <param name="Cuts">How often the scenario link-loss cuts the link; null: as often as it likes.</param>
/// <param name="Kills">How often the scenario restart ends a gateway; null: as often as it likes.</param>
/// <param name="Store">In that scenario: whether descriptors are kept for the gateways.</param>
/// <param name="Signal">In that scenario: how a gateway is ended.</param>
/// <param name="Transport"><c>auto</c>, <c>quic</c> or <c>tcp</c>.</param>
/// <param name="Keep">Leave the gateways running until cancelled.</param>
/// <param name="Json">One JSON object on standard output and nothing else.</param>
internal sealed record LabOptions(string File, string? Guest, int? Cuts, int? Kills, bool Store, LabSignal Signal, string Transport, bool Keep, bool Json);
