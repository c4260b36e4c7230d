using Bridge.Virtio;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>One direction of two ports' rings: buffers and two indices, as they lie in memory that no kill touches.</summary>
internal sealed class KeptWire(int buffers, int size)
{
    private readonly byte[][] _buffers = [.. Enumerable.Range(0, buffers).Select(_ => new byte[size])];
    private readonly int[] _lengths = new int[buffers];

    /// <summary>Messages published.</summary>
    public int Published { get; private set; }

    /// <summary>Buffers given back.</summary>
    public int Released { get; private set; }

    /// <summary>Buffers that look free and are not: the other side lends chains that break the rules.</summary>
    public int Unusable { get; set; }

    public int Room => buffers - (Published - Released);

    public bool HasRoom => Room > 0;

    public Span<byte> Next => _buffers[Published % buffers];

    public ReadOnlySpan<byte> Message(int number) => _buffers[number % buffers].AsSpan(0, _lengths[number % buffers]);

    public void Publish(int length)
    {
        _lengths[Published % buffers] = length;
        Published++;
        StoreTrace.Point();
    }

    public void Release()
    {
        // Written over as soon as it can be: nobody may look at it any more.
        _buffers[Released % buffers].AsSpan().Fill(0xEE);
        Released++;
        StoreTrace.Point();
    }
}
