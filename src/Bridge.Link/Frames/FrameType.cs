namespace Bridge.Link;

/// <summary>
/// What a frame means. The numbers are frozen (PROTOCOL.md, "Frame types"): 1..15 belong to the link itself, 16 and above to device lanes.
/// </summary>
public enum FrameType : byte
{
    /// <summary>First frame of each side on the link stream: who it is, which versions and devices it has.</summary>
    Hello = 1,

    /// <summary>Asks for a <see cref="Pong"/> with the same token.</summary>
    Ping = 2,

    /// <summary>Answers a <see cref="Ping"/>.</summary>
    Pong = 3,

    /// <summary>The sender ends the connection, with a <see cref="CloseReason"/>.</summary>
    Close = 4,

    /// <summary>First frame of each side on a device lane: the device's name.</summary>
    LaneOpen = 5,

    /// <summary>What the device offers.</summary>
    DeviceInfo = 16,

    /// <summary>Where the driver side stands, per queue.</summary>
    ResumeDriver = 17,

    /// <summary>Where the device side stands, per queue.</summary>
    ResumeDevice = 18,

    /// <summary>The features the driver accepted.</summary>
    SetDriverFeatures = 19,

    /// <summary>A queue of the driver is ready.</summary>
    SetVirtqueue = 20,

    /// <summary>The driver wrote to the configuration space.</summary>
    SetConfiguration = 21,

    /// <summary>The driver wrote the device status.</summary>
    SetDeviceStatus = 22,

    /// <summary>The device's status as its side sees it.</summary>
    DeviceStatus = 23,

    /// <summary>The configuration space after the driver's writes: answers <see cref="SetConfiguration"/>.</summary>
    Configuration = 24,

    /// <summary>The device's configuration changed.</summary>
    EventConfiguration = 25,

    /// <summary>Available chains with their readable bytes.</summary>
    Posted = 32,

    /// <summary>Further bytes of a posted chain that does not fit one frame.</summary>
    PostedMore = 33,

    /// <summary>Used elements with their written bytes.</summary>
    Used = 34,

    /// <summary>Further bytes of a used element that does not fit one frame.</summary>
    UsedMore = 35,
}
