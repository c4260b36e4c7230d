namespace Bridge.Rpmsg;

/// <summary>Records what a bus's successor must know after this process has been killed: control messages that are not in a ring yet, and which received ones have been dealt with.</summary>
/// <remarks>Called on the thread that owns the bus. Nothing is called per message of data.</remarks>
public interface IRpmsgKeeper
{
    /// <summary>A control message was queued. Recorded with the next <see cref="Commit"/>.</summary>
    /// <returns>Its number until it is removed or published; negative: there is no room, it is not recorded.</returns>
    int Add(in WaitingControl message);

    /// <summary>The message of that number says something else now. Recorded with the next <see cref="Commit"/>.</summary>
    void Replace(int number, in WaitingControl message);

    /// <summary>The message of that number is not wanted any more. Recorded with the next <see cref="Commit"/>.</summary>
    void Remove(int number);

    /// <summary>Something is about to be published: everything before must be recorded, all or nothing of it.</summary>
    void Commit();

    /// <summary>A control message is about to be published.</summary>
    /// <param name="number">Which; negative: it is not recorded.</param>
    /// <param name="position">Where the transmit ring stands before.</param>
    void Publishing(int number, ushort position);

    /// <summary>It has been published.</summary>
    void Published(int number);

    /// <summary>A received control message has been dealt with, and its buffer is about to be given back: what it changed is recorded together with that.</summary>
    /// <param name="position">Where the receive ring stands before.</param>
    void Handled(ushort position);
}
