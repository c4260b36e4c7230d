using System.Globalization;
using System.Net;
using System.Text;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Configuration;

/// <summary>What no single value can tell: whether the parts of a configuration fit each other and this machine.</summary>
internal sealed class ConfigurationChecks(GatewayConfiguration configuration, ConfigurationErrors errors)
{
    /// <summary>Both directions' buffers of one device, in bytes: a board should not run out of memory by a typing error.</summary>
    private const long MaximumBufferMemory = 1L << 30;

    /// <summary>Runs every check; reports into the errors given at construction.</summary>
    public void Run()
    {
        CheckListen();
        CheckAdminSocket();
        CheckMetrics();
        if (configuration.Links.Count == 0 && !errors.HasUnder(ConfigurationKeys.Links.Path))
        {
            errors.Add(ConfigurationKeys.Links.Path, "there is no link; give at least one peer with its fingerprint");
        }

        foreach (LinkConfiguration link in configuration.Links)
        {
            CheckLink(link);
        }

        CheckFingerprintsAreDistinct();
        if (configuration.Devices.Count == 0 && !errors.HasUnder(ConfigurationKeys.Devices.Path))
        {
            errors.Add(ConfigurationKeys.Devices.Path, "there is no device; give at least one with its link and side");
        }

        foreach (DeviceConfiguration device in configuration.Devices)
        {
            CheckDevice(device);
        }

        CheckTcpIsDistinct();
    }

    private void CheckListen()
    {
        HashSet<HostPort> seen = [];
        foreach (HostPort address in configuration.Listen.Where(address => !seen.Add(address)))
        {
            errors.Add(ConfigurationKeys.Listen.Path, $"{address} is listed twice; remove one");
        }
    }

    private void CheckMetrics()
    {
        HashSet<IPEndPoint> seen = [];
        foreach (IPEndPoint place in configuration.Metrics.Listen.Where(place => !seen.Add(place)))
        {
            errors.Add(ConfigurationKeys.MetricsListen.Path, $"{place} is listed twice; remove one");
        }
    }

    private void CheckAdminSocket() => CheckSocketPath(ConfigurationKeys.AdminSocket.Path, configuration.AdminSocket, "use a shorter runDirectory or adminSocket");

    private void CheckLink(LinkConfiguration link)
    {
        CheckTrust(link);
        string connect = ConfigurationKeys.Connect.At(link.Peer);
        if (link.Connect.Count == 0 && configuration.Listen.Count == 0 && !errors.HasUnder(connect) && !errors.HasUnder(ConfigurationKeys.Listen.Path))
        {
            errors.Add(ConfigurationKeys.Link.At(link.Peer), "neither side can dial: listen is empty and connect is too; add connect here, or listen");
        }

        foreach (HostPort address in link.Connect.Where(address => address.Host is "*" or "::" or "0.0.0.0"))
        {
            errors.Add(connect, $"{address} is no address to dial; use the peer's own");
        }
    }

    private void CheckTrust(LinkConfiguration link)
    {
        string path = ConfigurationKeys.Link.At(link.Peer);
        string authority = ConfigurationKeys.CertificateAuthority.At(link.Peer);
        bool pinned = link.Fingerprints.Count > 0 || errors.HasUnder(ConfigurationKeys.Fingerprint.At(link.Peer));
        bool vouched = link.CertificateAuthority is not null || errors.HasUnder(authority);
        if (pinned && vouched)
        {
            errors.Add(path, "has both fingerprint and certificateAuthority; keep one of them");
        }
        else if (!pinned && !vouched && !errors.HasAt(path))
        {
            errors.Add(path, "nothing tells who the peer is; add fingerprint (run `rpmsg-bridge identity` there) or certificateAuthority");
        }

        if (link.CertificateAuthority is { } file && !File.Exists(file))
        {
            errors.Add(authority, $"{file} does not exist or cannot be reached; use a PEM file that does");
        }

        if (!vouched && link.PeerName != link.Peer)
        {
            errors.Add(ConfigurationKeys.PeerName.At(link.Peer), "is of use only with certificateAuthority; remove it, or add that");
        }
    }

    private void CheckFingerprintsAreDistinct()
    {
        Dictionary<string, string> owners = [];
        foreach (LinkConfiguration link in configuration.Links)
        {
            foreach (string fingerprint in link.Fingerprints)
            {
                if (!owners.TryAdd(fingerprint, link.Peer))
                {
                    errors.Add(ConfigurationKeys.Fingerprint.At(link.Peer), $"{fingerprint} stands for {owners[fingerprint]} already; one key is one peer");
                }
            }
        }
    }

    private void CheckDevice(DeviceConfiguration device)
    {
        IEnumerable<string> peers = configuration.Links.Select(link => link.Peer);
        if (device.Link.Length > 0 && !peers.Contains(device.Link))
        {
            errors.Add(ConfigurationKeys.DeviceLink.At(device.Name), $"there is no link {device.Link}{Spelling.Suggestion(device.Link, peers)}");
        }

        CheckRpmsg(device);
        CheckServices(device);
        if (device.Access.Count > 0 && device.Port != PortChoice.Sockets)
        {
            errors.Add(
                AccessKeys.Access.At(device.Name), $"rules are about sockets, and {ChoiceName.Of(device.Port)} has none: messages pass there as they are; remove them, and set rules at the other side");
        }

        if (device.Port == PortChoice.VhostUser)
        {
            CheckVhostUser(device);
            return;
        }

        if (device.Type != DeviceType.Rpmsg)
        {
            errors.Add(ConfigurationKeys.Type.At(device.Name), $"{ChoiceName.Of(device.Type)} cannot have port {ChoiceName.Of(device.Port)}; use port vhost-user, or type rpmsg");
        }

        if (device.Port == PortChoice.CrossConnect)
        {
            CheckVhostUser(device);
            if (device.Side == DeviceSide.Virtio)
            {
                errors.Add(ConfigurationKeys.Port.At(device.Name), "a cross-connect is the device of both drivers, so it is on the vhost side; use side vhost here, or port vhost-user");
            }

            return;
        }

        // Whatever a peer announces must fit: endpoints/<name>.<address> is the longest path that there can be.
        string longest = Path.Combine(configuration.RunDirectory, device.Name, "endpoints", new string('x', SocketName.MaximumLength) + ".4294967295");
        CheckSocketPath(ConfigurationKeys.Device.At(device.Name), longest, "use a shorter runDirectory or device name");
    }

    private void CheckVhostUser(DeviceConfiguration device)
    {
        if (device.Services.Count > 0)
        {
            errors.Add(ConfigurationKeys.Services.At(device.Name), $"services are sockets, and {ChoiceName.Of(device.Port)} has none; remove them");
        }

        CheckSocketPath(ConfigurationKeys.Socket.At(device.Name), device.Socket!, "use a shorter socket or runDirectory");
        CheckQueues(device);
    }

    private void CheckQueues(DeviceConfiguration device)
    {
        if (device.Pool.Queues is not { } queues)
            return;
        string key = ConfigurationKeys.PoolQueues.At(device.Name);
        int least = DeviceTable.Find((ushort)device.Type).Queues;
        if (device.Type is not (DeviceType.Blk or DeviceType.Scsi))
            errors.Add(key, $"a {ChoiceName.Of(device.Type)} device has {least} queues; leave it out");
        else if (queues < least)
            errors.Add(key, $"{queues} are too few: a {ChoiceName.Of(device.Type)} device has at least {least}");
    }

    private void CheckRpmsg(DeviceConfiguration device)
    {
        RpmsgConfiguration rpmsg = device.Rpmsg;
        if (rpmsg.Quota > rpmsg.Buffers)
        {
            errors.Add(ConfigurationKeys.Quota.At(device.Name), Invariant($"{rpmsg.Quota} is more than there are buffers; use 1..{rpmsg.Buffers}"));
        }

        const int Least = RpmsgHeader.Size + AddressServiceMessage.Size;
        if (rpmsg.AddressService && rpmsg.BufferSize < Least)
        {
            errors.Add(ConfigurationKeys.BufferSize.At(device.Name), Invariant($"{rpmsg.BufferSize} is too small for the address service; use at least {Least}, or addressService false"));
        }

        long memory = 2L * rpmsg.Buffers * rpmsg.BufferSize;
        if (memory > MaximumBufferMemory)
        {
            errors.Add(
                ConfigurationKeys.Rpmsg.At(device.Name),
                Invariant($"2 x {rpmsg.Buffers} buffers of {rpmsg.BufferSize} bytes are {memory >> 20} MiB; use at most {MaximumBufferMemory >> 20} MiB"));
        }
    }

    private void CheckServices(DeviceConfiguration device)
    {
        Dictionary<uint, string> owners = [];
        foreach (ServiceConfiguration service in device.Services)
        {
            if (service.Address is { } address && !owners.TryAdd(address, service.Name))
            {
                errors.Add(ConfigurationKeys.Address.At(device.Name, service.Name), Invariant($"{address} is the address of {owners[address]} already; use another"));
            }
        }
    }

    private void CheckTcpIsDistinct()
    {
        Dictionary<IPEndPoint, string> owners = [];
        foreach (DeviceConfiguration device in configuration.Devices)
        {
            foreach (IPEndPoint place in device.Tcp.Where(place => !owners.TryAdd(place, device.Name)))
            {
                errors.Add(ConfigurationKeys.Tcp.At(device.Name), $"{place} is awaited by {owners[place]} already; use another port");
            }
        }
    }

    private void CheckSocketPath(string key, string path, string remedy)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > UnixSocketAddress.MaximumPathLength)
        {
            errors.Add(key, Invariant($"the socket path {path} would have {length} bytes, and the system allows {UnixSocketAddress.MaximumPathLength}; {remedy}"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
