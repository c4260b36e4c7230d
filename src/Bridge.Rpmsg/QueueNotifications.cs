namespace Bridge.Rpmsg;

/// <summary>Bits that <see cref="RpmsgRings.TakeNotifications"/> returns.</summary>
internal static class QueueNotifications
{
    public const int None = 0;
    public const int Queue0 = 1 << 0;
    public const int Queue1 = 1 << 1;
}
