namespace Bridge.Gateway.Lab;

/// <summary>What a user asks of the lab.</summary>
/// <param name="File">The file that goes through a channel and back.</param>
/// <param name="Transport"><c>auto</c>, <c>quic</c> or <c>tcp</c>.</param>
/// <param name="Keep">Leave the gateways running until cancelled.</param>
/// <param name="Json">One JSON object on standard output and nothing else.</param>
internal sealed record LabOptions(string File, string Transport, bool Keep, bool Json);
