using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>One row of the device table: all that the engine knows about a virtio device type (DESIGN 6).</summary>
/// <param name="Id">Virtio device id.</param>
/// <param name="Name">The type's name, as Linux calls it.</param>
/// <param name="Features">Feature bits that the bridge can carry end to end (X of the source thread's X/Y/Z mediation); hop-local bits are not among them.</param>
/// <param name="ExactUsedLength">used.len says exactly how much was written, so only that travels; else all writable bytes do.</param>
/// <param name="FeatureNames">Names of the type's own feature bits, by bit number.</param>
/// <param name="ReportsReadableLength">Drivers of this type are used to a used.len that counts readable bytes: it is cut to the whole chain, not to its writable part.</param>
public sealed record DeviceRow(ushort Id, string Name, ulong Features, IReadOnlyDictionary<int, string> FeatureNames, bool ExactUsedLength, bool ReportsReadableLength)
{
    /// <summary>Bits that concern one hop only and are never passed through: each side settles them with its own neighbour.</summary>
    public const ulong HopLocal = VirtioFeatures.NotifyOnEmpty | 1UL << 26 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | 1UL << 30
        | VirtioFeatures.AccessPlatform | VirtioFeatures.RingPacked | VirtioFeatures.OrderPlatform | VirtioFeatures.NotificationData;

    /// <summary>What the bridge itself offers to its driver and accepts from its device, hop by hop.</summary>
    public const ulong OwnHop = VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex;

    /// <summary>Queues that every device of this type has.</summary>
    public int Queues { get; init; } = 2;

    /// <summary>The feature by which the type may have more queues than <see cref="Queues"/>; 0: it may not, or needs none for it.</summary>
    public ulong MultipleQueues { get; init; }

    /// <summary>
    /// Features that vhost-user front ends answer for themselves, so that a driver may have accepted them although the device did not offer them. They change nothing between
    /// driver and device.
    /// </summary>
    public ulong OfFrontEnd { get; init; }

    /// <summary>
    /// The device side gives a chain to its device as one readable and one writable segment, however many the driver had, so that its ring holds many more of them. With
    /// VERSION_1 no device may care (2.7.4.1); for types whose back ends are known to keep to that.
    /// </summary>
    public bool MergesSegments { get; init; }

    /// <summary>Bytes of the type's configuration space that the carried features describe.</summary>
    public int ConfigurationLength { get; init; }

    /// <summary>What drivers may write there. A write lies wholly in one of these fields.</summary>
    public IReadOnlyList<ConfigurationField> WritableFields { get; init; } = [];

    /// <summary>By queue index; the last one holds for all that follow.</summary>
    public IReadOnlyList<LostChain> LostChains { get; init; } = [LostChain.Repeat];

    /// <summary>What is written to the first writable bytes of a chain of <see cref="LostChain.Fail"/>.</summary>
    public ReadOnlyMemory<byte> FailureResponse { get; init; }

    /// <summary>Features that only this bridge's own ports have, which never wait for a completion: what they need not hear of at once waits for company (<see cref="Lull"/>). 0: none.</summary>
    public ulong PatientWith { get; init; }

    /// <summary>What a port hears of that keeps its driver through the loss of the device side; null: nothing.</summary>
    public NotableRule? Notable { get; init; }

    /// <summary>What becomes of a chain of that queue that its device was lost with.</summary>
    public LostChain AfterLoss(int queue) => LostChains[Math.Min(queue, LostChains.Count - 1)];

    /// <summary>The field that a driver may write there; null: none. See <see cref="ConfigurationField.Admits"/>.</summary>
    internal ConfigurationField? FindWritable(long offset, int length, ulong offered, ulong accepted)
    {
        foreach (ConfigurationField field in WritableFields)
        {
            if (field.Admits(offset, length, offered, accepted))
                return field;
        }

        return null;
    }

    /// <summary>Feature bits by their names, for logs and status.</summary>
    public string Describe(ulong features) => VirtioFeatures.Describe(features, FeatureNames);

    /// <summary>The longest used.len that is passed on for a chain.</summary>
    internal ulong ReportedLimit(Chain chain) => ReportsReadableLength ? chain.ReadableLength + chain.WritableLength : chain.WritableLength;
}
