using Bridge.Linux;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>Where the messages lie that wait for a slow reader; which of the places are taken, the flow record says (<see cref="QueueCursor"/>). Memory is taken when it is first needed.</summary>
internal sealed class MessagePlaces(StateFile file, ulong offset, KeptLayout layout, bool ownsFile) : IDisposable
{
    // Places that are allocated at a time.
    private const int Chunk = 16;

    // So many are allocated. A predecessor may have had more, which costs a system call once.
    private int _allocated;

    /// <summary>Copies a message to a place; it does not count before the flow record says so. False: there is no memory.</summary>
    /// <param name="place">A free one.</param>
    /// <param name="message">At most the maximum payload.</param>
    /// <param name="began">Since when it has been on its way to the application, as a timestamp; 0: not measured.</param>
    public bool TryWrite(int place, ReadOnlySpan<byte> message, long began)
    {
        if (place >= _allocated && !TryAllocate(place))
        {
            return false;
        }

        ulong at = At(place);
        file.At<long>(at) = began;
        file.At<int>(at + 8) = message.Length;
        message.CopyTo(file.Span(at + KeptLayout.PlaceHeader, layout.MaximumPayload));
        return true;
    }

    /// <summary>The message in a place.</summary>
    public ReadOnlySpan<byte> Read(int place)
    {
        int length = Math.Clamp(file.At<int>(At(place) + 8), 0, layout.MaximumPayload);
        return file.Span(At(place) + KeptLayout.PlaceHeader, length);
    }

    /// <summary>Messages that wait one behind the other and can go as packets together; an empty one ends them.</summary>
    /// <param name="queue">Which places are taken.</param>
    /// <param name="capacity">Of the queue.</param>
    /// <param name="places">Filled with where they lie, as far as it goes.</param>
    /// <param name="memory">What they lie in.</param>
    /// <returns>How many.</returns>
    public int Gather(in QueueCursor queue, int capacity, Span<PacketPlace> places, out ReadOnlySpan<byte> memory)
    {
        int most = Math.Min(Math.Min(queue.Count, capacity - queue.First), places.Length), count = 0;
        memory = file.Span(At(queue.First), most * layout.PlaceSize);
        while (count < most && Read(queue.First + count).Length is > 0 and int length)
        {
            places[count] = new PacketPlace((count * layout.PlaceSize) + KeptLayout.PlaceHeader, length);
            count++;
        }

        return count;
    }

    /// <summary>The timestamp that came with it.</summary>
    public long ReadBegan(int place) => file.At<long>(At(place));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsFile)
        {
            file.Dispose();
        }
    }

    private ulong At(int place) => offset + ((ulong)place * (ulong)layout.PlaceSize);

    private bool TryAllocate(int place)
    {
        int end = Math.Min(layout.Capacity, (place / Chunk * Chunk) + Chunk);
        try
        {
            file.Allocate(At(_allocated), (ulong)(end - _allocated) * (ulong)layout.PlaceSize);
        }
        catch (LinuxException failure) when (failure.Errno is Errno.ENOSPC or Errno.ENOMEM)
        {
            return false;
        }

        _allocated = end;
        return true;
    }
}
