namespace Bridge.Link;

/// <summary>
/// One side of a device's lane as the link calls it. Calls for one lane never overlap; they come from link threads and must return quickly (never block on a port).
/// </summary>
public interface ILaneHandler
{
    /// <summary>Asks the link to close a connection (by its number) with that reason and sentence; ignored if that connection is gone. Set by the link at registration, callable from any thread.</summary>
    Action<uint, CloseReason, string>? CloseConnection { get; set; }

    /// <summary>The lane is up on a new connection. The old connection's readers have been joined: no frame of it comes after this.</summary>
    /// <param name="output">Where frames for the peer go, until <see cref="OnLaneDown"/>.</param>
    void OnLaneUp(LaneOutput output);

    /// <summary>A frame of type 16 or above, in sequence, with its checksum verified.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="payload">Valid only during the call.</param>
    /// <exception cref="LinkProtocolException">The frame is a fault: the link closes the connection with its reason.</exception>
    void OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload);

    /// <summary>The link's reader has no more bytes buffered: act on what was delivered (batches form by themselves).</summary>
    void OnBatchEnd();

    /// <summary>The connection of this output is gone; its readers have been joined.</summary>
    /// <param name="connection">The number that <see cref="LaneOutput.Connection"/> had.</param>
    void OnLaneDown(uint connection);
}
