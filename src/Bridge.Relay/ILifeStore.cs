using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// Memory for the lives of one device that outlives this process: what was stored into it before the process ended, however it ended, its successor finds, in the order of the
/// program. It holds one life at a time, and has one owner.
/// </summary>
/// <remarks>Belongs to the device's turn. It is not asked for anything per message.</remarks>
public interface ILifeStore
{
    /// <summary>Which start of the machine this is: what an earlier one left is not gone on with.</summary>
    Guid Boot { get; }

    /// <summary>What an earlier process published and did not remove, whatever it is; null: nothing, or it cannot be read, which has been logged.</summary>
    WindowMemory? Open();

    /// <summary>Makes memory of zeros for the next life. A successor does not find it before <see cref="Publish"/>.</summary>
    /// <param name="size">Its length, bytes.</param>
    /// <exception cref="IOException">The system has not that much.</exception>
    WindowMemory Create(ulong size);

    /// <summary>From now on a successor finds what was created last, and nothing else; in one step.</summary>
    /// <exception cref="IOException">That is not possible.</exception>
    void Publish();

    /// <summary>A successor finds nothing any more. What cannot be removed is logged: it says of itself that it has ended.</summary>
    void Remove();
}
