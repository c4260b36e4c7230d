using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>One side's view of two wires: begins where they stand.</summary>
internal sealed class KeptRings(RpmsgRole role, KeptWire transmit, KeptWire receive) : RpmsgRings
{
    private int _taken = receive.Released;

    public override RpmsgRole Role => role;

    public override ushort TransmitPosition => (ushort)transmit.Published;

    public override ushort ReceivePosition => (ushort)receive.Released;

    public override bool TryReserve(out Span<byte> buffer)
    {
        buffer = transmit.HasRoom ? transmit.Next : default;
        return transmit.HasRoom;
    }

    public override int CountFree() => transmit.Room + transmit.Unusable;

    public override void Commit(int length) => transmit.Publish(length);

    public override bool TryReceive(out ReadOnlySpan<byte> message, out int token)
    {
        token = _taken;
        message = default;
        if (_taken == receive.Published)
        {
            return false;
        }

        message = receive.Message(_taken++);
        return true;
    }

    public override ReadOnlySpan<byte> GetMessage(int token) => receive.Message(token);

    public override void Release(int token)
    {
        Assert.Equal(receive.Released, token);
        receive.Release();
    }

    public override int TakeNotifications() => 0;

    public override bool Arm(bool receive1, bool transmit1) => false;
}
