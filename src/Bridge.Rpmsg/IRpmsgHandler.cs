namespace Bridge.Rpmsg;

/// <summary>What a bus tells its owner.</summary>
/// <remarks>
/// Called on the thread that pumps (or detaches) the bus. Every member of the bus may be called from inside, <see cref="RpmsgBus.Pump"/> excepted (it then does nothing);
/// nothing may wait. An exception passes through to the caller of Pump; the message that was being handed over is then offered again.
/// </remarks>
public interface IRpmsgHandler
{
    /// <summary>A service of the other side exists. A second CREATE for the same name and address is counted and not passed.</summary>
    /// <param name="name">1..31 characters, one per byte (Latin-1): arbitrary bytes from a stranger.</param>
    /// <param name="address">Where it listens.</param>
    void OnAnnounced(string name, uint address);

    /// <summary>A service that was passed to <see cref="OnAnnounced"/> has gone: a DESTROY, or the end of this life of the device.</summary>
    void OnWithdrawn(string name, uint address);

    /// <summary>A message for a live endpoint; its Remote has been learnt if it was not known. The sender may be another than Remote.</summary>
    /// <param name="endpoint">The receiver.</param>
    /// <param name="source">The sender's address.</param>
    /// <param name="payload">0..MaximumPayload bytes, valid during the call; memory that the other side might still write.</param>
    /// <returns>True: taken, the buffer goes back. False: hold. The message stays, and the next Pump offers it first.</returns>
    bool OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload);

    /// <summary>A flow message; only where <see cref="RpmsgFeatures.Flow"/> was negotiated.</summary>
    void OnFlow(in FlowMessage message);

    /// <summary>Vhost side, where <see cref="RpmsgFeatures.AddressService"/> was negotiated: an endpoint of the other side was opened to an announced endpoint, which may send to it from now on.
    /// Several may be assigned to one endpoint, up to <see cref="RpmsgBus.MaximumDestinations"/>; a destination that is assigned already is counted and not passed.</summary>
    /// <param name="endpoint">The announced endpoint. If its Remote is ANY, it becomes the destination after a true.</param>
    /// <param name="destination">The other side's address; neither ANY nor one of the bus's own.</param>
    /// <returns>True: wanted, and remembered until freed, withdrawn or detached. False: busy, counted and ignored (the protocol has no answer).</returns>
    bool OnAssigned(RpmsgEndpoint endpoint, uint destination);

    /// <summary>Vhost side: a destination that was assigned has gone. Not called for what ends because we withdrew the endpoint, or with this life of the device.</summary>
    void OnFreed(RpmsgEndpoint endpoint, uint destination);
}
