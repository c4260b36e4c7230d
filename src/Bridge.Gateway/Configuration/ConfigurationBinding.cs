using Bridge.Ports.Sockets;

namespace Bridge.Gateway.Configuration;

/// <summary>Turns a configuration's values into records, with defaults in place of what is absent or unusable.</summary>
/// <param name="reader">Reads and reports single values.</param>
/// <param name="errors">Takes what is missing.</param>
/// <param name="standard">Default paths.</param>
/// <param name="directory">What relative paths are relative to: the configuration file's directory.</param>
internal sealed class ConfigurationBinding(ConfigurationReader reader, ConfigurationErrors errors, StandardPaths standard, string directory)
{
    /// <summary>Reads everything. The result is to be used only if no error was reported.</summary>
    public GatewayConfiguration Bind()
    {
        string run = ReadPath(ConfigurationKeys.RunDirectory) ?? standard.RunDirectory;
        IReadOnlyList<string> peers = reader.Names(ConfigurationKeys.Links.Path);
        return new GatewayConfiguration(
            Name(),
            ReadPath(ConfigurationKeys.Identity) ?? standard.Identity,
            run,
            reader.ReadOrDefault(ConfigurationKeys.Mode),
            reader.TryRead(ConfigurationKeys.Group, ConfigurationKeys.Group.Path, out string group) ? group : null,
            reader.ReadList(ConfigurationKeys.Listen) ?? [ConfigurationKeys.Listen.DefaultValue],
            ReadPath(ConfigurationKeys.AdminSocket) ?? Path.Combine(run, "admin.sock"),
            [.. peers.Select(Link)],
            [.. reader.Names(ConfigurationKeys.Devices.Path).Select(device => Device(device, peers, run))])
        {
            Keeps = reader.ReadOrDefault(ConfigurationKeys.Keep),
            Metrics = new MetricsConfiguration(reader.ReadList(ConfigurationKeys.MetricsListen) ?? [], Otlp()),
        };
    }

    private OtlpConfiguration? Otlp()
    {
        OtlpProtocol protocol = reader.ReadOrDefault(ConfigurationKeys.OtlpProtocol);
        var interval = TimeSpan.FromSeconds(reader.ReadOrDefault(ConfigurationKeys.OtlpIntervalSeconds));
        if (reader.TryRead(ConfigurationKeys.OtlpEndpoint, ConfigurationKeys.OtlpEndpoint.Path, out Uri endpoint))
        {
            return new OtlpConfiguration(endpoint, protocol, interval);
        }

        if (reader.IsPresent(ConfigurationKeys.Otlp.Path) && !errors.HasAt(ConfigurationKeys.OtlpEndpoint.Path))
        {
            errors.Add(ConfigurationKeys.OtlpEndpoint.Path, $"there is none; use {ConfigurationKeys.OtlpEndpoint.Range}, or remove {ConfigurationKeys.Otlp.Path}");
        }

        return null;
    }

    private string Name()
    {
        ValueKey<string> key = ConfigurationKeys.Name;
        if (reader.IsPresent(key.Path))
        {
            return reader.TryRead(key, key.Path, out string name) ? name : "";
        }

        string host = Environment.MachineName;
        if (!key.Rule.TryParse(host, out _, out string problem))
        {
            errors.Add(key.Path, $"there is none, and the host name {host} {problem}; use {key.Range}");
        }

        return host;
    }

    private LinkConfiguration Link(string peer) => new(
        peer,
        reader.ReadList(ConfigurationKeys.Fingerprint, peer) ?? [],
        ReadPath(ConfigurationKeys.CertificateAuthority, peer),
        reader.TryRead(ConfigurationKeys.PeerName, ConfigurationKeys.PeerName.At(peer), out string name) ? name : peer,
        reader.ReadList(ConfigurationKeys.Connect, peer) ?? [],
        reader.ReadOrDefault(ConfigurationKeys.Transport, peer),
        TimeSpan.FromSeconds(reader.ReadOrDefault(ConfigurationKeys.KeepAliveSeconds, peer)),
        TimeSpan.FromSeconds(reader.ReadOrDefault(ConfigurationKeys.HelloTimeoutSeconds, peer)));

    private DeviceConfiguration Device(string device, IReadOnlyList<string> peers, string run)
    {
        string link = DeviceLink(device, peers);
        DeviceSide side = Side(device);
        DeviceType type = reader.ReadOrDefault(ConfigurationKeys.Type, device);
        // Once: each reading of a wrong value is an error.
        PortChoice port = reader.ReadOrDefault(ConfigurationKeys.Port, device);
        return new DeviceConfiguration(
            device,
            link,
            side,
            type,
            port,
            Socket(device, port, side, run),
            reader.ReadOrDefault(ConfigurationKeys.InBandNotifications, device),
            reader.ReadOrDefault(ConfigurationKeys.UnsealedMemory, device),
            Pool(device),
            Rpmsg(device),
            new EntryTerms(
                Takeover: reader.ReadOrDefault(ConfigurationKeys.ChannelTakeover, device),
                Grace: TimeSpan.FromSeconds(reader.ReadOrDefault(ConfigurationKeys.ChannelGraceSeconds, device))),
            reader.ReadList(ConfigurationKeys.Tcp, device) ?? [],
            [.. reader.Names(ConfigurationKeys.Services.At(device)).Select(service => Service(device, service))])
        {
            Access = new AccessBinding(reader, errors).Bind(device),
        };
    }

    private string DeviceLink(string device, IReadOnlyList<string> peers)
    {
        string path = ConfigurationKeys.DeviceLink.At(device);
        if (reader.IsPresent(path))
        {
            // Names in configuration sources ignore case; from here on there is one spelling, that under links.
            return !reader.TryRead(ConfigurationKeys.DeviceLink, path, out string peer)
                ? ""
                : peers.FirstOrDefault(name => name.Equals(peer, StringComparison.OrdinalIgnoreCase)) ?? peer;
        }

        if (peers.Count > 1)
        {
            errors.Add(path, $"there is none; name the peer that has the other side: {string.Join(", ", peers)}");
        }

        return peers.Count == 1 ? peers[0] : "";
    }

    private PoolConfiguration Pool(string device) => new(
        reader.TryRead(ConfigurationKeys.PoolPlaces, ConfigurationKeys.PoolPlaces.At(device), out int places) ? places : null,
        reader.TryRead(ConfigurationKeys.PoolPlaceSize, ConfigurationKeys.PoolPlaceSize.At(device), out int size) ? size : null,
        reader.TryRead(ConfigurationKeys.PoolQueues, ConfigurationKeys.PoolQueues.At(device), out int queues) ? queues : null);

    private string? Socket(string device, PortChoice port, DeviceSide side, string run)
    {
        string? path = ReadPath(ConfigurationKeys.Socket, device);
        if (port is PortChoice.VhostUser or PortChoice.CrossConnect)
        {
            if (path is null && port == PortChoice.VhostUser && side == DeviceSide.Vhost && !errors.HasAt(ConfigurationKeys.Socket.At(device)))
            {
                errors.Add(ConfigurationKeys.Socket.At(device), "there is none; name the socket on which the vhost-user back end listens");
            }

            return path ?? Path.Combine(run, $"{device}.vhost");
        }

        if (path is not null)
        {
            errors.Add(ConfigurationKeys.Socket.At(device), "is of use only with port vhost-user or cross-connect; remove it, or set one of them");
        }

        return null;
    }

    private DeviceSide Side(string device)
    {
        string path = ConfigurationKeys.Side.At(device);
        if (!reader.IsPresent(path))
        {
            errors.Add(path, $"there is none; use {ConfigurationKeys.Side.Range} (the peer has the other one)");
        }

        return reader.TryRead(ConfigurationKeys.Side, path, out DeviceSide side) ? side : default;
    }

    private RpmsgConfiguration Rpmsg(string device)
    {
        int buffers = reader.ReadOrDefault(ConfigurationKeys.Buffers, device);
        bool isSet = reader.TryRead(ConfigurationKeys.Quota, ConfigurationKeys.Quota.At(device), out int quota);
        return new RpmsgConfiguration(
            buffers,
            reader.ReadOrDefault(ConfigurationKeys.BufferSize, device),
            isSet ? quota : Math.Min(ConfigurationKeys.Quota.DefaultValue, buffers),
            reader.ReadOrDefault(ConfigurationKeys.SlowReader, device),
            reader.ReadOrDefault(ConfigurationKeys.AddressService, device));
    }

    private ServiceConfiguration Service(string device, string service) => new(
        service,
        reader.TryRead(ConfigurationKeys.Address, ConfigurationKeys.Address.At(device, service), out uint address) ? address : null,
        new EntryTerms(
            reader.ReadOrDefault(ConfigurationKeys.Peers, device, service),
            reader.ReadOrDefault(ConfigurationKeys.Takeover, device, service),
            TimeSpan.FromSeconds(reader.ReadOrDefault(ConfigurationKeys.GraceSeconds, device, service)),
            reader.ReadOrDefault(ConfigurationKeys.Permanent, device, service)));

    private string? ReadPath(ValueKey<string> key, params ReadOnlySpan<string> names) =>
        reader.TryRead(key, key.At(names), out string path) ? Path.GetFullPath(path, directory) : null;
}
