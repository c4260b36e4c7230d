using System.Net;
using Bridge.Gateway.Configuration.Rules;
using Bridge.Link.Transports;
using Bridge.Ports.Sockets;

namespace Bridge.Gateway.Configuration;

/// <summary>
/// The configuration reference: every key that exists, its type, default, meaning, unit and range. Reading, validation, error messages and the printed
/// reference (<c>check --reference</c>, README) all come from these rows.
/// </summary>
internal static class ConfigurationKeys
{
    public static readonly ValueKey<string> Name = new("name", new NameRule(), "(the host name)",
        "What this gateway calls itself in hellos, logs and status.");

    public static readonly ValueKey<string> Identity = new("identity", new TextRule("path", "a file that is writable when it must be created"),
        "(identity.pem in the state directory)",
        "PEM file with this gateway's private key and certificate; created when absent. The state directory is $STATE_DIRECTORY, else $XDG_STATE_HOME/rpmsg-bridge, else ~/.local/state/rpmsg-bridge. A credential identity.pem of the service manager (LoadCredential=) comes before it.");

    public static readonly ValueKey<string> RunDirectory = new("runDirectory", new TextRule("path", "a directory"), "(the runtime directory)",
        "Directory of the application sockets: $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR/rpmsg-bridge, else /tmp/rpmsg-bridge-<uid>.");

    public static readonly ValueKey<UnixFileMode> Mode = new("mode", new FileModeRule(), "0660",
        "Permission bits of the sockets; directories get search permission with each read permission.");

    public static readonly ValueKey<string> Group = new("group", new TextRule("group", "a group's name or number"), "(the process's own)",
        "Group that owns the sockets, so that its members may connect.");

    public static readonly ValueKey<HostPort> Listen = new("listen", new HostPortRule(), "[::]:7117",
        "Addresses on which peers are awaited, UDP for QUIC and TCP for TLS alike ([::] and * mean IPv4 and IPv6). An empty list: this gateway only dials.", IsList: true);

    public static readonly ValueKey<string> AdminSocket = new("adminSocket", new TextRule("path", "a path of at most 107 bytes"), "(admin.sock in runDirectory)",
        "Unix socket of the admin API, which the commands status and channels ask.");

    public static readonly ValueKey<bool> Keep = new("keep", new YesNoRule(), "true",
        "A gateway that is killed or restarted goes on where it ended: rings, names, addresses and what was under way are kept in .kept in each device's directory below runDirectory, which should be in memory (tmpfs).");

    public static readonly SectionKey Metrics = new("metrics", "Figures for a monitoring system; the admin socket has them too.");

    public static readonly ValueKey<IPEndPoint> MetricsListen = new("metrics:listen", new TcpPlaceRule(), "(empty)",
        "Where /metrics, /healthz and /readyz are served over TCP, for reading only and without login: put it on other addresses than loopback only where everybody may read them.", IsList: true);

    public static readonly SectionKey Otlp = new("metrics:otlp", "Sending the figures to an OpenTelemetry collector. Headers, such as a token, are taken from $OTEL_EXPORTER_OTLP_HEADERS.");

    public static readonly ValueKey<Uri> OtlpEndpoint = new("metrics:otlp:endpoint", new UrlRule(), "",
        "The collector: http://host:4317 for grpc, http://host:4318 for http, to which /v1/metrics is added.");

    public static readonly ValueKey<OtlpProtocol> OtlpProtocol = new("metrics:otlp:protocol", new ChoiceRule<OtlpProtocol>(), "grpc",
        "How the collector is spoken to; http means protocol buffers over HTTP.");

    public static readonly ValueKey<int> OtlpIntervalSeconds = new("metrics:otlp:intervalSeconds", new WholeNumberRule(1, 3600), "60",
        "Time between two exports.", "seconds");

    public static readonly SectionKey Links = new("links", "The peer gateways, by name.");

    public static readonly SectionKey Link = new("links:<peer>", "One peer gateway.", new NameRule());

    public static readonly ValueKey<string> Fingerprint = new("links:<peer>:fingerprint", new FingerprintRule(), "",
        "The peer's public key; several while a key is being replaced. Either this or certificateAuthority.", IsList: true);

    public static readonly ValueKey<string> CertificateAuthority = new("links:<peer>:certificateAuthority", new TextRule("path", "a PEM file that exists"), "",
        "PEM file with the authorities that may vouch for the peer. Either this or fingerprint.");

    public static readonly ValueKey<string> PeerName = new("links:<peer>:peerName", new TextRule("text", "a DNS name in the peer's certificate"), "(the peer's name here)",
        "With certificateAuthority: the name that the peer's certificate must carry.");

    public static readonly ValueKey<HostPort> Connect = new("links:<peer>:connect", new HostPortRule(), "(empty)",
        "Where to dial the peer; names are resolved anew and all addresses tried at each attempt. Empty: the peer dials.", IsList: true);

    public static readonly ValueKey<TransportMode> Transport = new("links:<peer>:transport", new ChoiceRule<TransportMode>(), "auto",
        "auto tries QUIC and falls back to TCP + TLS 1.3 within 3 s.");

    public static readonly ValueKey<int> KeepAliveSeconds = new("links:<peer>:keepAliveSeconds", new WholeNumberRule(1, 3600), "15",
        "Silence after which a connection is given up and opened anew; the peer is asked for a sign of life every third of it.", "seconds");

    public static readonly ValueKey<int> HelloTimeoutSeconds = new("links:<peer>:helloTimeoutSeconds", new WholeNumberRule(1, 60), "5",
        "How long a new connection may take until the peer's hello is answered.", "seconds");

    public static readonly SectionKey Devices = new("devices", "The virtio devices, by name; the peer names the same device with the other side.");

    public static readonly SectionKey Device = new("devices:<device>", "One virtio device.", new NameRule());

    public static readonly ValueKey<string> DeviceLink = new("devices:<device>:link", new NameRule(), "(the only link)",
        "The peer that has the other side: a name under links.");

    public static readonly ValueKey<DeviceSide> Side = new("devices:<device>:side", new ChoiceRule<DeviceSide>(), "",
        "virtio: the driver is here, with rings and buffers. vhost: the device is here. The peer has the other one.");

    public static readonly ValueKey<DeviceType> Type = new("devices:<device>:type", new ChoiceRule<DeviceType>(), "rpmsg",
        "What the device is, the same on both sides. Others than rpmsg need vhost-user on both sides.");

    public static readonly ValueKey<PortChoice> Port = new("devices:<device>:port", new ChoiceRule<PortChoice>(), "sockets",
        "What the device plugs into on this machine. sockets: Unix sockets for applications. vhost-user: at the virtio side the driver of a QEMU or user-mode Linux guest, at the vhost side a back end such as qemu-storage-daemon. "
        + "cross-connect: at the vhost side of an rpmsg device the driver of another such guest, which is joined to the driver of the virtio side.");

    public static readonly ValueKey<string> Socket = new("devices:<device>:socket", new TextRule("path", "a path of at most 107 bytes"), "(<device>.vhost in runDirectory)",
        "With vhost-user: at the virtio side the socket that the front end connects to, which appears when the other side's device is known; at the vhost side the back end's own, which must be named. "
        + "With cross-connect: the socket that the front end connects to, which is there from the start.");

    public static readonly ValueKey<bool> InBandNotifications = new("devices:<device>:inBandNotifications", new YesNoRule(), "false",
        "With a vhost-user front end: offers doorbells as messages over the socket. User-mode Linux takes them whenever they are offered, and is three times as slow.");

    public static readonly ValueKey<bool> UnsealedMemory = new("devices:<device>:unsealedMemory", new YesNoRule(), "false",
        "With vhost-user at the virtio side: also takes guests' memory that cannot be sealed against shrinking, which user-mode Linux has. Whoever may connect could then end the gateway by cutting it short.");

    public static readonly SectionKey Pool = new("devices:<device>:pool", "What the vhost side keeps for chains on their way to and from a vhost-user back end.");

    public static readonly ValueKey<int> PoolPlaces = new("devices:<device>:pool:places", new WholeNumberRule(1, 32768), "(64 for blk and scsi, else the ring's entries)",
        "Chains per queue that the back end may have at a time.", "chains");

    public static readonly ValueKey<int> PoolPlaceSize = new("devices:<device>:pool:placeSize", new WholeNumberRule(64, 67108864), "(4 MiB and 64 KiB for blk and scsi, 80 KiB for net, else 4 KiB)",
        "The longest chain that a driver may post; a longer one is given back with nothing done. Memory is used as chains need it.", "bytes");

    public static readonly ValueKey<int> PoolQueues = new("devices:<device>:pool:queues", new WholeNumberRule(1, 64), "(1 for blk, 3 for scsi)",
        "With blk and scsi: the device's queues, as many of which a driver may use; the back end must have them (its num-queues). With scsi two of them are not for requests.", "queues");

    public static readonly SectionKey Rpmsg = new("devices:<device>:rpmsg", "Buffers and flow control of an rpmsg device.");

    public static readonly ValueKey<int> Buffers = new("devices:<device>:rpmsg:buffers", new WholeNumberRule(1, 32768), "256",
        "Message buffers in each direction.", "buffers");

    public static readonly ValueKey<int> BufferSize = new("devices:<device>:rpmsg:bufferSize", new WholeNumberRule(56, 65536), "512",
        "Size of a buffer with its 16-byte header; a message is at most 16 bytes less. The same on both sides.", "bytes");

    public static readonly ValueKey<int> Quota = new("devices:<device>:rpmsg:quota", new WholeNumberRule(1, 32768), "64",
        "Messages that may wait for one endpoint's reader; at most buffers.", "messages");

    public static readonly ValueKey<OverQuotaPolicy> SlowReader = new("devices:<device>:rpmsg:slowReader", new ChoiceRule<OverQuotaPolicy>(), "hold",
        "Beyond the quota, when the sender cannot be stopped: hold makes the queue wait and the status name the reader, drop drops and counts.");

    public static readonly ValueKey<bool> AddressService = new("devices:<device>:rpmsg:addressService", new YesNoRule(), "false",
        "The address service of the 2020 vhost series (feature bit 1, address 54): the vhost side learns who opened a channel before anybody has sent. On both sides or without effect; off towards NuttX, "
        + "which gives the bit another meaning. Needs bufferSize 60.");

    public static readonly SectionKey Channels = new("devices:<device>:channels", "How the other side's channels deal with the applications that open them here.");

    public static readonly ValueKey<bool> ChannelTakeover = new("devices:<device>:channels:takeover", new YesNoRule(), "false",
        "Who connects to a channel that is taken takes it over, address and peer included; the earlier application finds the end of file. Else it cannot connect.");

    public static readonly ValueKey<int> ChannelGraceSeconds = new("devices:<device>:channels:graceSeconds", new WholeNumberRule(0, 86400), "0",
        "How long a channel is kept for an application that has gone: whoever opens it next has the same address and peer, and finds the messages that came meanwhile.", "seconds");

    public static readonly ValueKey<IPEndPoint> Tcp = new("devices:<device>:tcp", new TcpPlaceRule(), "(empty)",
        "Where stream connections are awaited over TCP, beside the device's own stream socket. There is no login: whoever reaches the port may use every channel.", IsList: true);

    public static readonly SectionKey Services = new("devices:<device>:services", "Services whose sockets exist from the start, by rpmsg name.");

    public static readonly SectionKey Service = new("devices:<device>:services:<service>", "One service; {} is enough.", new ServiceNameRule());

    public static readonly ValueKey<uint> Address = new("devices:<device>:services:<service>:address", new RpmsgAddressRule(), "(the next dynamic one from 1024)",
        "The service's fixed rpmsg address.");

    public static readonly ValueKey<bool> Permanent = new("devices:<device>:services:<service>:permanent", new YesNoRule(), "false",
        "Announced for ever: a peer that comes while no application is there is kept, and its messages wait for one. Else a service is announced while an application offers it.");

    public static readonly ValueKey<int> Peers = new("devices:<device>:services:<service>:peers", new WholeNumberRule(1, EntryTerms.MaximumPeers), "1",
        "Applications that may offer the service at the same time, each of which gets a peer of its own.");

    public static readonly ValueKey<bool> Takeover = new("devices:<device>:services:<service>:takeover", new YesNoRule(), "false",
        "Who connects while all places are taken takes the oldest one over, peer included; the earlier application finds the end of file.");

    public static readonly ValueKey<int> GraceSeconds = new("devices:<device>:services:<service>:graceSeconds", new WholeNumberRule(0, 86400), "0",
        "How long the place of an application that has gone is kept: who comes next has the same peer, and finds the messages that came meanwhile.", "seconds");

    /// <summary>All rows, in the order of the reference.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Name, Identity, RunDirectory, Mode, Group, Listen, AdminSocket, Keep,
        Metrics, MetricsListen, Otlp, OtlpEndpoint, OtlpProtocol, OtlpIntervalSeconds,
        Links, Link, Fingerprint, CertificateAuthority, PeerName, Connect, Transport, KeepAliveSeconds, HelloTimeoutSeconds,
        Devices, Device, DeviceLink, Side, Type, Port, Socket, InBandNotifications, UnsealedMemory, Pool, PoolPlaces, PoolPlaceSize, PoolQueues, Rpmsg, Buffers, BufferSize, Quota, SlowReader, AddressService,
        Channels, ChannelTakeover, ChannelGraceSeconds, .. AccessKeys.All, Tcp, Services, Service, Address, Permanent, Peers, Takeover, GraceSeconds,
    ];
}
