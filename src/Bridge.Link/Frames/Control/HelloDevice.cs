namespace Bridge.Link;

/// <summary>A device as a gateway's Hello lists it.</summary>
/// <param name="Name">The device's name (<see cref="LinkName"/>).</param>
/// <param name="VirtioId">The virtio device id.</param>
/// <param name="Role">Which side the sender has.</param>
public readonly record struct HelloDevice(string Name, ushort VirtioId, LaneRole Role);
