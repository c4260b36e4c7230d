using System.Diagnostics.Metrics;

namespace Bridge.Ports.Sockets;

/// <summary>
/// How long messages are on their way between an application's socket and the ring. Stamped per batch, not per message: one timestamp when a batch begins and, while
/// somebody listens to the instruments, one when its longest wait is over.
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed class SocketTimes
{
    // From what a message needs on an idle machine to what a person would call hanging.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries =
        [
            1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
        ],
    };

    private static readonly Meter Meter = new(SocketsOptions.MeterName);

    private static readonly Histogram<double> ToRing = Meter.CreateHistogram(
        "rpmsg_bridge.socket_to_ring.duration", "s",
        "From when an application's socket was seen readable, or began to wait for a buffer or credit, until its next message was in the ring; one observation per batch, of its first message.",
        tags: null, Buckets);

    private static readonly Histogram<double> ToSocket = Meter.CreateHistogram(
        "rpmsg_bridge.ring_to_socket.duration", "s",
        "From when messages were found in the ring until they were in the applications' sockets; one observation per batch, of the message that waited longest.",
        tags: null, Buckets);

    private readonly TimeProvider _time;
    private readonly KeyValuePair<string, object?> _device;

    /// <param name="device">The device's name, for the tag.</param>
    /// <param name="time">Its timestamps are compared.</param>
    public SocketTimes(string device, TimeProvider time) => (_time, _device) = (time, new KeyValuePair<string, object?>("device", device));

    /// <summary>A timestamp for later; 0 while nobody listens.</summary>
    public long Begin() => ToRing.Enabled || ToSocket.Enabled ? _time.GetTimestamp() : 0;

    /// <summary>A message is in the ring. <paramref name="begin"/> 0: not measured.</summary>
    public void InRing(long begin)
    {
        if (begin != 0 && ToRing.Enabled)
            ToRing.Record(_time.GetElapsedTime(begin).TotalSeconds, _device);
    }

    /// <summary>Messages are in the applications' sockets. <paramref name="begin"/> 0: not measured.</summary>
    public void InSocket(long begin)
    {
        if (begin != 0 && ToSocket.Enabled)
            ToSocket.Record(_time.GetElapsedTime(begin).TotalSeconds, _device);
    }
}
