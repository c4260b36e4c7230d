namespace Bridge.Ports.CrossConnect;

/// <summary>A service that a driver has announced.</summary>
/// <param name="Name">Its name, one character per byte.</param>
/// <param name="Address">Its address at that driver.</param>
public sealed record AnnouncedName(string Name, uint Address);
