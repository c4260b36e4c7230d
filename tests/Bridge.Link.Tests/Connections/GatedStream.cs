namespace Bridge.Link.Tests;

/// <summary>A stream whose writes complete at once, later or never, as a test says; it fails when two are in flight.</summary>
internal sealed class GatedStream : Stream
{
    private readonly Lock gate = new();
    private readonly List<byte[]> writes = [];
    private TaskCompletionSource? pending;
    private int inFlight;

    public bool Held { get; set; }

    public IReadOnlyList<byte[]> Writes
    {
        get
        {
            lock (gate)
                return [.. writes];
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Assert.Equal(1, Interlocked.Increment(ref inFlight));
        Task wait = Task.CompletedTask;
        lock (gate)
        {
            if (Held)
            {
                pending = new TaskCompletionSource();
                wait = pending.Task;
            }
        }

        await wait;
        lock (gate)
            writes.Add(buffer.ToArray());
        Interlocked.Decrement(ref inFlight);
    }

    public void Release(Exception? failure = null)
    {
        TaskCompletionSource source;
        lock (gate)
            (source, pending) = (pending!, null);
        if (failure is null)
            source.SetResult();
        else
            source.SetException(failure);
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
