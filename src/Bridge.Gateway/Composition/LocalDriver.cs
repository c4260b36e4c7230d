using Bridge.Relay;

namespace Bridge.Gateway.Composition;

/// <summary>This machine's driver of a device that has its other driver behind the link.</summary>
/// <param name="Relay">Its rings and its life.</param>
/// <param name="Status">The status bits, or what it waits for.</param>
/// <param name="HeldBy">Who makes its messages wait; null: nobody.</param>
internal sealed record LocalDriver(RelayStatus Relay, string Status, string? HeldBy);
