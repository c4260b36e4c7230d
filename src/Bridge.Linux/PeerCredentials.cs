namespace Bridge.Linux;

/// <summary>Who connected (SO_PEERCRED): as the kernel recorded it at that moment, so it cannot be forged.</summary>
/// <param name="ProcessId">Process number in our namespace; 0 if it lies outside.</param>
/// <param name="UserId">Effective user.</param>
/// <param name="GroupId">Effective group.</param>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId);
