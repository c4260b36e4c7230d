using System.Net;

namespace Bridge.Link;

/// <summary>Somebody connected and did not become a link's connection.</summary>
/// <param name="Reason">For the metric.</param>
/// <param name="RemoteEndPoint">Where he is; null where the transport does not say.</param>
/// <param name="Text">One sentence.</param>
public sealed record RefusedPeer(CloseReason Reason, EndPoint? RemoteEndPoint, string Text);
