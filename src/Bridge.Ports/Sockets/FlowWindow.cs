namespace Bridge.Ports.Sockets;

/// <summary>
/// Numbers of the flow service between two sockets ports (rpmsg address 55, feature bit 56). They are part of the protocol: both ends must have the same.
/// <para>
/// Each direction of a pair of endpoints is counted for itself, from 0 when the pair is bound, modulo 2^32. A sender may have at most <em>window</em>
/// messages outstanding beyond the receiver's last Credit. The window is <see cref="Initial"/>; a receiver that keeps more says so in the value of its
/// Open. The receiver sends a Credit whenever it has handed over a thirty-second of the window, but at least 8 messages, since the last one. A message counts as handed over when it lies in
/// the application's socket, or when it cannot be delivered any more.
/// </para>
/// <para>
/// Opening: the endpoint that binds to an announced one sends Open, then messages. The announced one binds to the first Open and answers with its own; any
/// other is answered with Close. Either end says Close when its application has gone, after the last message.
/// </para>
/// </summary>
public static class FlowWindow
{
    /// <summary>Messages that every receiver keeps, so a sender need not wait for the first Open.</summary>
    public const int Initial = 64;

    /// <summary>Largest window that an Open may state; more is a fault, counted and ignored.</summary>
    public const int Maximum = 65536;

    private const uint CreditShare = 32;
    private const uint LeastStep = 8;

    /// <summary>
    /// Messages handed over between two Credits. What is handed over and not yet said is missing from the window: on a long line, where messages travel in bursts as long as the last
    /// Credit, steps of half a window would leave half of it unused.
    /// </summary>
    internal static uint CreditStep(uint window) => Math.Max(window / CreditShare, Math.Min(LeastStep, (window + 1) / 2));
}
