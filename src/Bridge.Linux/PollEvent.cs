namespace Bridge.Linux;

/// <summary>One ready descriptor.</summary>
/// <param name="Key">The key that it was registered with.</param>
/// <param name="Events">What was seen.</param>
public readonly record struct PollEvent(long Key, PollEvents Events);
