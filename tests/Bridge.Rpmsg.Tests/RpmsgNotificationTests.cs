using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>Doorbells of both sides, with flags and with event indices.</summary>
public class RpmsgNotificationTests
{
    public static TheoryData<ulong> Suppressions => [VirtioFeatures.Version1, VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 0UL];

    [Theory]
    [MemberData(nameof(Suppressions))]
    public void TakeNotifications_ReceiverArmed_RingsItsQueueAndOnlyOnce(ulong features)
    {
        using RingPair pair = Settled(features);

        Send(pair.Driver);
        Assert.Equal(2, pair.Driver.TakeNotifications());
        Assert.Equal(0, pair.Driver.TakeNotifications());

        Send(pair.Device);
        Assert.Equal(1, pair.Device.TakeNotifications());
        Assert.Equal(0, pair.Device.TakeNotifications());
    }

    [Theory]
    [MemberData(nameof(Suppressions))]
    public void TakeNotifications_ReceiverDraining_StaysSilent(ulong features)
    {
        using RingPair pair = Settled(features);
        Send(pair.Driver);
        pair.Driver.TakeNotifications();
        Assert.True(pair.Device.TryReceive(out _, out int token));

        Send(pair.Driver);
        Assert.Equal(0, pair.Driver.TakeNotifications());

        // The driver does not ask for its sent buffers.
        pair.Device.Release(token);
        Assert.Equal(0, pair.Device.TakeNotifications());
    }

    [Theory]
    [MemberData(nameof(Suppressions))]
    public void TakeNotifications_RefilledReceiveBuffers_RingOnlyForAWaitingSender(ulong features)
    {
        using RingPair pair = Settled(features, count: 2);
        Send(pair.Device);
        Send(pair.Device);
        Assert.True(pair.Driver.TryReceive(out _, out int first));
        Assert.True(pair.Driver.TryReceive(out _, out int second));
        pair.Driver.Release(first);
        Assert.Equal(0, pair.Driver.TakeNotifications());

        Send(pair.Device);
        Assert.False(pair.Device.TryReserve(out _));
        Assert.False(pair.Device.Arm(transmit: true));
        pair.Driver.Release(second);
        Assert.Equal(1, pair.Driver.TakeNotifications());
    }

    [Theory]
    [MemberData(nameof(Suppressions))]
    public void TakeNotifications_SentBuffers_RingOnlyForAWaitingSender(ulong features)
    {
        using RingPair pair = Settled(features, count: 1);
        Send(pair.Driver);
        Assert.False(pair.Driver.TryReserve(out _));
        Assert.False(pair.Driver.Arm(transmit: true));
        Assert.True(pair.Device.TryReceive(out _, out int token));
        pair.Device.Release(token);
        Assert.Equal(2, pair.Device.TakeNotifications());
        Assert.True(pair.Driver.Arm(transmit: true));
    }

    [Theory]
    [MemberData(nameof(Suppressions))]
    public void TakeNotifications_SenderThatGotItsBuffer_IsNotRungAgain(ulong features)
    {
        using RingPair pair = Settled(features, count: 2);
        Send(pair.Driver);
        Send(pair.Driver);
        Send(pair.Device);
        Send(pair.Device);
        pair.Driver.TakeNotifications();
        pair.Device.TakeNotifications();
        Assert.True(pair.Device.TryReceive(out _, out int first));
        Assert.True(pair.Device.TryReceive(out _, out int second));
        Assert.True(pair.Driver.TryReceive(out _, out int third));
        Assert.True(pair.Driver.TryReceive(out _, out int fourth));
        Assert.False(pair.Driver.Arm(transmit: true));
        Assert.False(pair.Device.Arm(transmit: true));
        pair.Device.Release(first);
        pair.Driver.Release(third);
        Assert.Equal((2, 1), (pair.Device.TakeNotifications(), pair.Driver.TakeNotifications()));

        Send(pair.Driver);
        Send(pair.Device);
        pair.Driver.TakeNotifications();
        pair.Device.TakeNotifications();
        pair.Device.Release(second);
        pair.Driver.Release(fourth);

        Assert.Equal((0, 0), (pair.Device.TakeNotifications(), pair.Driver.TakeNotifications()));
    }

    [Theory]
    [MemberData(nameof(Suppressions))]
    public void Arm_ReceptionNotWanted_IgnoresWhatIsThere(ulong features)
    {
        using RingPair pair = Settled(features);
        Send(pair.Driver);
        Send(pair.Device);
        Assert.False(pair.Device.Arm(receive: false, transmit: false));
        Assert.False(pair.Driver.Arm(receive: false, transmit: false));
        Assert.True(pair.Device.Arm(receive: true, transmit: false));
        Assert.True(pair.Driver.Arm(receive: true, transmit: false));
    }

    [Fact]
    public void Arm_BufferReservedOrFree_IsWorkForASender()
    {
        using RingPair pair = Settled(0, count: 1);
        Assert.True(pair.Driver.TryReserve(out _));
        Assert.True(pair.Device.TryReserve(out _));
        Assert.True(pair.Driver.Arm(transmit: true));
        Assert.True(pair.Device.Arm(transmit: true));
    }

    /// <summary>Both sides are past their first, unconditional notification and wait for messages.</summary>
    private static RingPair Settled(ulong features, int count = 4)
    {
        var pair = new RingPair(new RpmsgOptions(count), features);
        pair.Driver.TakeNotifications();
        for (int i = 0; i < 3; i++)
        {
            Send(pair.Driver);
            Assert.True(pair.Device.TryReceive(out _, out int token));
            pair.Device.Release(token);
            Send(pair.Device);
            Assert.True(pair.Driver.TryReceive(out _, out token));
            pair.Driver.Release(token);
            pair.Driver.TakeNotifications();
            pair.Device.TakeNotifications();
        }

        Assert.False(pair.Driver.Arm(transmit: false));
        Assert.False(pair.Device.Arm(transmit: false));
        return pair;
    }

    private static void Send(RpmsgRings rings)
    {
        Assert.True(rings.TryReserve(out Span<byte> buffer));
        buffer[..16].Clear();
        rings.Commit(16);
    }
}
