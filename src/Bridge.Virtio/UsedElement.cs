namespace Bridge.Virtio;

/// <summary>A used element as the driver sees it (virtio 1.2, 2.7.8).</summary>
/// <param name="Head">First descriptor of the chain; checked to have been outstanding. Free again.</param>
/// <param name="Length">Bytes written, as the device reports it: unchecked, devices under- and overstate it.</param>
/// <param name="Token">What <see cref="DriverQueue.TryAdd"/> was given for the chain.</param>
public readonly record struct UsedElement(ushort Head, uint Length, int Token);
