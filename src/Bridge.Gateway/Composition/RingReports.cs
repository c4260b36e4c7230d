using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Relay;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Composition;

/// <summary>From a relay's status to the report about its rings.</summary>
internal static class RingReports
{
    /// <summary>One queue. <paramref name="bus"/> is the neighbour's bus, which counts what it spared this gateway; null where the neighbour is a stranger.</summary>
    public static RingReport Of(QueueStatus queue, DeviceSide side, RpmsgCounters? bus)
    {
        bool isDevice = side == DeviceSide.Vhost;
        return new RingReport
        {
            Index = queue.Index,
            Direction = queue.Index == 0 ? "deviceToDriver" : "driverToDevice",
            Generation = queue.Generation,
            Size = queue.Size,
            OfferedSize = queue.OfferedSize,
            AvailableIndex = queue.Ring.AvailableIndex,
            UsedIndex = queue.Ring.UsedIndex,
            NextAvailable = queue.Ring.NextAvailable,
            NextUsed = queue.Ring.NextUsed,
            AvailableFlags = queue.Ring.AvailableFlags,
            UsedFlags = queue.Ring.UsedFlags,
            UsedEvent = queue.Ring.UsedEvent,
            AvailableEvent = queue.Ring.AvailableEvent,
            WithDriver = queue.Ring.WithDriver,
            WithDevice = queue.Ring.WithDevice,
            Posted = (long)queue.Posted,
            Used = (long)queue.Used,
            Confirmed = (long)queue.Confirmed,
            InFlight = queue.InFlight,
            WaitingForLink = queue.WaitingForLink,
            WaitingForPeer = queue.WaitingForPeer,
            WaitingForRing = isDevice ? queue.WaitingForRing : null,
            HeldByDevice = isDevice ? queue.WithDevice : null,
            Places = queue.Places,
            PlaceSize = queue.PlaceSize,
            FreePlaces = isDevice ? queue.FreePlaces : null,
            Credit = isDevice ? null : queue.FreePlaces,
            Armed = queue.Armed,
            NotificationsSent = queue.Ring.Notified,
            NotificationsSuppressed = queue.Ring.Suppressed,
            NotificationsReceived = queue.Doorbells,
            NotificationsSpared = queue.Index == 0 ? bus?.SuppressedQueue0 : bus?.SuppressedQueue1,
            Fault = queue.Fault,
        };
    }
}
