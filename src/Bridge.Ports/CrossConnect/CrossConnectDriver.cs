namespace Bridge.Ports.CrossConnect;

/// <summary>One driver of a cross-connect at one moment.</summary>
/// <param name="IsRunning">It said DRIVER_OK.</param>
/// <param name="Names">The names that it has alive.</param>
/// <param name="IsHeld">Its next message waits, because the other driver has lent no buffer for it.</param>
/// <param name="Stored">Messages of it in the store.</param>
/// <param name="Counters">What became of its messages.</param>
public sealed record CrossConnectDriver(bool IsRunning, IReadOnlyList<AnnouncedName> Names, bool IsHeld, int Stored, CrossConnectCounters Counters);
