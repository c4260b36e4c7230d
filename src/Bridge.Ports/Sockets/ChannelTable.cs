using System.Globalization;
using Bridge.Ports.Sockets.Access;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Sockets;

/// <summary>The other side's announcements and their entries: one below <c>endpoints/</c> each, and one below <c>channels/</c> for the newest of every name.</summary>
internal sealed class ChannelTable(SocketsOptions options, LocalSockets owner, EntryTable entries, AccessControl access, SocketsCounters counters, TimeProvider time, ILogger log)
{
    private readonly Dictionary<(string Name, uint Address), SocketEntry> _endpoints = [];

    // By file name: two long names could have the same.
    private readonly Dictionary<string, (SocketEntry Entry, List<uint> Addresses)> _channels = new(StringComparer.Ordinal);
    private readonly LogPace _pace = new(time);

    /// <summary>The other side announced a service.</summary>
    public void Add(string name, uint address)
    {
        if (!access.MayShow(name, address))
        {
            access.CountHidden(name, address);
            return;
        }

        if (SocketName.Encode(name) is not { } file)
        {
            Refuse(name, address, "no file can have this name");
            return;
        }

        string exactFile = string.Create(CultureInfo.InvariantCulture, $"{file}.{address}");
        if (entries.Find(new EntryPath(EntryKind.Endpoint, exactFile)) is not null)
        {
            Refuse(name, address, "an endpoint that was created here has its place");
            return;
        }

        if (_endpoints.Count >= options.MaximumChannels)
        {
            Refuse(name, address, "there are as many as are allowed");
            return;
        }

        if (!_channels.TryGetValue(file, out (SocketEntry Entry, List<uint> Addresses) channel))
        {
            channel = (new SocketEntry(owner, EntryKind.Channel, name, file, options.Channels), []);
            _channels.Add(file, channel);
        }
        else if (channel.Entry.Name != name)
        {
            Refuse(name, address, "another name has the same file name");
            return;
        }

        SocketEntry exact = new(owner, EntryKind.Endpoint, name, exactFile, options.Channels) { Remote = address };
        _endpoints.Add((name, address), exact);
        channel.Addresses.Add(address);
        channel.Entry.Remote = address;
        entries.Add(exact);
        if (channel.Addresses.Count == 1)
        {
            entries.Add(channel.Entry);
        }
    }

    /// <summary>The other side withdrew a service; if it was the newest of its name, the one before it takes its place.</summary>
    public void Remove(string name, uint address)
    {
        if (!_endpoints.Remove((name, address), out SocketEntry? exact))
        {
            return;
        }

        entries.Remove(exact);
        string file = SocketName.Encode(name)!;
        (SocketEntry entry, List<uint> addresses) = _channels[file];
        addresses.Remove(address);
        if (addresses.Count == 0)
        {
            _channels.Remove(file);
            entries.Remove(entry);
        }
        else
        {
            entry.Remote = addresses[^1];
        }
    }

    /// <summary>The rules have changed: what they hide goes, what they hid comes.</summary>
    /// <param name="announced">Everything that the other side announces now.</param>
    public void Review(IEnumerable<(string Name, uint Address)> announced)
    {
        foreach ((string name, uint address) in announced)
        {
            bool isShown = _endpoints.ContainsKey((name, address));
            if (isShown && !access.MayShow(name, address))
            {
                Remove(name, address);
                access.CountHidden(name, address);
            }
            else if (!isShown)
            {
                Add(name, address);
            }
        }
    }

    private void Refuse(string name, uint address, string reason)
    {
        counters.AnnouncementsRefused++;
        if (_pace.MayLog())
        {
            SocketsLog.AnnouncementRefused(log, options.Device, Printable(name), address, reason, counters.AnnouncementsRefused);
        }
    }

    /// <summary>A stranger's name in a log line: no control characters.</summary>
    internal static string Printable(string name) => SocketName.Encode(name) ?? $"'{name}'";
}
