namespace Bridge.LoadTests.Messages;

/// <summary>A way for messages between two applications, used with blocking calls: one thread sends, one receives (it may be the same).</summary>
internal abstract class MessagePath : IDisposable
{
    /// <summary>No measurement waits longer for one message, milliseconds: a stall is a failure and not a hang.</summary>
    public const int Bounded = 20_000;

    /// <summary>For the responding side, which waits from one measurement to the next; it ends with whoever started it.</summary>
    public const int Unbounded = -1;

    /// <summary>The longest message.</summary>
    public const int MaximumMessage = 8192;

    /// <summary>Received messages lie here already: the next <see cref="Receive"/> does not wait.</summary>
    public virtual bool HasMore => false;

    /// <summary>Sends a message, or keeps it until <see cref="Flush"/>.</summary>
    public abstract void Send(ReadOnlySpan<byte> message);

    /// <summary>Nothing is kept any more.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Waits for a message; its length, 0 at the end.</summary>
    public abstract int Receive(Span<byte> buffer);

    public abstract void Dispose();
}
