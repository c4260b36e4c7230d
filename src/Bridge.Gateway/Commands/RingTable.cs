using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary>The rings for people: a table per device, a column per queue, so that it fits a terminal however long the numbers are.</summary>
internal static class RingTable
{
    private const int Suppress = 1;

    /// <summary>Writes all devices.</summary>
    public static void Write(IAnsiConsole console, RingsReport report)
    {
        foreach (RingDeviceReport device in report.Devices)
            Write(console, device);
    }

    private static void Write(IAnsiConsole console, RingDeviceReport device)
    {
        bool isVirtio = device.Side == "virtio";
        console.WriteLine($"{device.Device}: {device.Side} side; epoch {device.Epoch}; {device.Status}; {(device.Connected ? "joined with" : "not connected to")} {device.Link}");
        if (device.Queues.Count == 0)
        {
            console.WriteLine("  No queue is set yet: the driver has not started.");
            return;
        }

        // The ring's two neighbours, by who they are here.
        (string driver, string used) = isVirtio ? ("driver", "gateway") : ("gateway", "device");
        Table table = ReportTable.Create(["", .. device.Queues.Select(queue => $"queue {queue.Index}, {(queue.Direction == "deviceToDriver" ? "device to driver" : "driver to device")}")]);
        Rows rows = new(table, device.Queues);
        rows.Title(isVirtio ? "ring 1, driver and gateway" : "ring 2, gateway and device");
        rows.Add("size, entries", queue => queue.Size);
        rows.Add($"avail.idx, published by the {driver}", queue => queue.AvailableIndex);
        rows.Add(isVirtio ? "  taken by the gateway up to" : "  written by the gateway up to", queue => queue.NextAvailable);
        rows.Add($"used.idx, published by the {used}", queue => queue.UsedIndex);
        rows.Add(isVirtio ? "  written by the gateway up to" : "  taken by the gateway up to", queue => queue.NextUsed);
        rows.Add($"entries with the {driver}", queue => queue.WithDriver);
        rows.Add($"entries with the {used}", queue => queue.WithDevice);
        rows.Title("link");
        rows.Add("generation", queue => queue.Generation);
        rows.Add("posted", queue => queue.Posted);
        rows.Add("used", queue => queue.Used);
        rows.Add("confirmed", queue => queue.Confirmed);
        rows.Add("in flight", queue => queue.InFlight);
        if (isVirtio)
        {
            rows.Add("  waiting for the link", queue => queue.WaitingForLink);
            rows.Add($"  with {device.Link} or on the way", queue => queue.WaitingForPeer);
            rows.Add("credit", queue => $"{queue.Credit} of {queue.Places}");
        }
        else
        {
            rows.Add("  waiting for ring descriptors", queue => queue.WaitingForRing);
            rows.Add("  with the device", queue => queue.HeldByDevice);
            rows.Add("  used, waiting for the link", queue => queue.WaitingForLink);
            rows.Add($"  used, not confirmed by {device.Link}", queue => queue.WaitingForPeer);
            rows.Add("free places of the pool", queue => $"{queue.FreePlaces} of {queue.Places}");
        }

        string neighbour = isVirtio ? driver : used;
        rows.Title("notifications");
        rows.Add($"to the {neighbour}: given", queue => queue.NotificationsSent);
        rows.Add("  spared, not wanted", queue => queue.NotificationsSuppressed);
        rows.Add($"from the {neighbour}: given", queue => queue.NotificationsReceived);
        rows.Add("  spared, not wanted (since start)", queue => queue.NotificationsSpared);
        rows.Add("the gateway asks for them", queue => queue.Armed ? "yes" : "no");
        rows.Add($"the {driver} wants one", queue => Wants("used.idx", queue.UsedEvent, queue.AvailableFlags));
        rows.Add($"the {used} wants one", queue => Wants("avail.idx", queue.AvailableEvent, queue.UsedFlags));
        if (device.Queues.Any(queue => queue.Fault is not null))
            rows.Add("fault", queue => queue.Fault);
        console.Write(table);
        if (device.LocalDriver == true)
            return;
        console.WriteLine(
            $"The other ring is on {device.Link} (up to {device.Queues.Max(queue => queue.OfferedSize)} entries{(isVirtio ? " offered, places of " + device.Queues[0].PlaceSize + " bytes" : " offered to it")}); its indices are known only there: run `rpmsg-bridge rings` there too.");
    }

    /// <summary>used_event and avail_event, or the flag where EVENT_IDX was not negotiated.</summary>
    private static string Wants(string index, int? at, int flags) => at is { } value ? $"when {index} passes {value}" : (flags & Suppress) != 0 ? "no" : "yes";

    private sealed class Rows(Table table, IReadOnlyList<RingReport> queues)
    {
        public void Title(string title) => table.AddRow([new Text(title, new Style(decoration: Decoration.Bold))]);

        public void Add(string name, Func<RingReport, object?> figure) => table.Row(["  " + name, .. queues.Select(queue => figure(queue)?.ToString())]);
    }
}
