namespace Bridge.Virtio;

/// <summary>The rule of used_event and avail_event (virtio 1.2, 2.7.7.2 and 2.7.10; vring_need_event() of the Linux headers).</summary>
internal static class EventIndex
{
    /// <summary>
    /// Whether publishing the entries [oldIndex, newIndex) has published the entry at <paramref name="eventIndex"/>, after which the other side asked to be
    /// notified. All three are free running and wrap at 65536; right for up to 65535 entries at once.
    /// </summary>
    public static bool IsPassed(ushort eventIndex, ushort newIndex, ushort oldIndex) =>
        (ushort)(newIndex - eventIndex - 1) < (ushort)(newIndex - oldIndex);
}
