namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>What a command in a guest came to.</summary>
/// <param name="ExitCode">The shell's; 127 for a command that the guest does not know.</param>
/// <param name="Output">Standard output and error, its lines joined, without a line end behind the last.</param>
internal sealed record GuestAnswer(int ExitCode, string Output);
