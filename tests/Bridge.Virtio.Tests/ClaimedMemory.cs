namespace Bridge.Virtio.Tests;

/// <summary>Claims to be <paramref name="size"/> bytes long without being so: for addresses that are checked and never followed.</summary>
internal sealed unsafe class ClaimedMemory(ulong size) : WindowMemory
{
    public override byte* Pointer => (byte*)0x1_0000;

    public override ulong Size => size;

    public override void Dispose()
    {
    }
}
