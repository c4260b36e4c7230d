namespace Bridge.Link.Frames.Device;

/// <summary>The two ways in which a payload can be malformed, each as the exception that closes the connection.</summary>
internal static class PayloadFault
{
    public static LinkProtocolException Length(FrameType type, int length) =>
        new(CloseReason.BadFrame, $"{type}: a payload of {length} bytes does not hold what it announces");

    public static LinkProtocolException Value(FrameType type, string what) =>
        new(CloseReason.BadFrame, $"{type}: impossible value: {what}");
}
