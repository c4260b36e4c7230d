using Bridge.Gateway.Configuration;
using Bridge.Link.Transports;
using Bridge.Ports.Sockets;
using static Bridge.Gateway.Tests.Configuration.ConfigurationText;

namespace Bridge.Gateway.Tests.Configuration;

public sealed class GatewayConfigurationTests
{
    [Fact]
    public void Load_MinimalFile_HasTheDefaultsOfTheReference()
    {
        GatewayConfiguration configuration = Load(Minimal, ("XDG_RUNTIME_DIR", "/run/user/7"));

        Assert.Equal("a", configuration.Name);
        Assert.Equal("/home/u/.local/state/rpmsg-bridge/identity.pem", configuration.IdentityFile);
        Assert.Equal("/run/user/7/rpmsg-bridge", configuration.RunDirectory);
        Assert.Equal("/run/user/7/rpmsg-bridge/admin.sock", configuration.AdminSocket);
        Assert.Equal((UnixFileMode)0b110_110_000, configuration.SocketMode);
        Assert.Null(configuration.Group);
        Assert.Equal([new HostPort("::", 7117)], configuration.Listen);
        LinkConfiguration link = Assert.Single(configuration.Links);
        Assert.Equal(("b", "b", TransportMode.Auto), (link.Peer, link.PeerName, link.Transport));
        Assert.Equal((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5)), (link.KeepAlive, link.HelloTimeout));
        Assert.Equal([Fingerprint], link.Fingerprints);
        Assert.Empty(link.Connect);
        DeviceConfiguration device = Assert.Single(configuration.Devices);
        Assert.Equal(("rpmsg0", "b", DeviceSide.Virtio, PortChoice.Sockets), (device.Name, device.Link, device.Side, device.Port));
        Assert.Equal(new RpmsgConfiguration(256, 512, 64, OverQuotaPolicy.Hold, AddressService: false), device.Rpmsg);
        Assert.Empty(device.Services);
    }

    [Fact]
    public void Load_FullFile_KeepsEveryValue()
    {
        GatewayConfiguration configuration = Load($$"""
            {
              "name": "board-a", "identity": "keys/a.pem", "runDirectory": "/run/rb", "mode": "0666", "group": "rpmsg",
              "listen": ["*:7000", "[fe80::1]", "0.0.0.0:1"], "adminSocket": "/run/admin.sock",
              "links": {
                "board-b": {
                  "fingerprint": ["{{Fingerprint.ToUpperInvariant()}}", "{{OtherFingerprint}}"], "connect": ["b.example", "[2001:db8::2]:99"],
                  "transport": "TCP", "keepAliveSeconds": 3, "helloTimeoutSeconds": 60,
                },
                "board-c": { "certificateAuthority": "/dev/null", "peerName": "c.example" },
              },
              "devices": {
                "rpmsg0": {
                  "link": "Board-B", "side": "vhost", "port": "sockets",
                  "rpmsg": { "buffers": 32, "bufferSize": 1024, "slowReader": "drop", "addressService": true },
                  "channels": { "takeover": true, "graceSeconds": 5 },
                  "tcp": [7120, "[::1]:7121"],
                  "services": {
                    "echo": { "address": "0x1E", "permanent": true, "peers": 4, "takeover": true, "graceSeconds": 60 }, "rpmsg-tty": {}, "n%.1": null,
                  },
                },
              },
            }
            """);

        Assert.Equal("/etc/rpmsg-bridge/keys/a.pem", configuration.IdentityFile);
        Assert.Equal("/run/rb", configuration.RunDirectory);
        Assert.Equal("/run/admin.sock", configuration.AdminSocket);
        Assert.Equal((UnixFileMode)0b110_110_110, configuration.SocketMode);
        Assert.Equal("rpmsg", configuration.Group);
        Assert.Equal([new HostPort("*", 7000), new HostPort("fe80::1", 7117), new HostPort("0.0.0.0", 1)], configuration.Listen);
        LinkConfiguration b = configuration.Links[0];
        Assert.Equal([Fingerprint, OtherFingerprint], b.Fingerprints);
        Assert.Equal(["b.example:7117", "[2001:db8::2]:99"], b.Connect.Select(address => address.ToString()));
        Assert.Equal((TransportMode.Tcp, TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1)), (b.Transport, b.KeepAlive, b.HelloTimeout));
        Assert.Equal(("/dev/null", "c.example"), (configuration.Links[1].CertificateAuthority, configuration.Links[1].PeerName));
        DeviceConfiguration device = Assert.Single(configuration.Devices);
        Assert.Equal(("board-b", DeviceSide.Vhost), (device.Link, device.Side));
        Assert.Equal(new RpmsgConfiguration(32, 1024, 32, OverQuotaPolicy.Drop, AddressService: true), device.Rpmsg);
        Assert.Equal(new EntryTerms(Takeover: true, Grace: TimeSpan.FromSeconds(5)), device.Channels);
        Assert.Equal(["127.0.0.1:7120", "[::1]:7121"], device.Tcp.Select(place => place.ToString()));
        Assert.Equal([new ServiceConfiguration("echo", 30, new(4, Takeover: true, TimeSpan.FromMinutes(1), Permanent: true)), new ServiceConfiguration("n%.1", null, new()), new ServiceConfiguration("rpmsg-tty", null, new())], device.Services);
    }

    [Theory]
    [InlineData("", "/run/rb/rpmsg0.vhost", false)]
    [InlineData(", \"socket\": \"/run/guest.sock\", \"inBandNotifications\": true", "/run/guest.sock", true)]
    public void Load_VhostUser_HasASocket(string members, string socket, bool inBand)
    {
        GatewayConfiguration configuration = Load($$"""
            { "name": "a", "runDirectory": "/run/rb", "links": { "b": { "fingerprint": "{{Fingerprint}}" } },
              "devices": { "rpmsg0": { "side": "virtio", "port": "vhost-user"{{members}} } } }
            """);
        DeviceConfiguration device = Assert.Single(configuration.Devices);
        Assert.Equal((PortChoice.VhostUser, socket, inBand), (device.Port, device.Socket, device.InBandNotifications));
    }

    [Theory]
    [InlineData("", "/run/rb/rpmsg0.vhost")]
    [InlineData(", \"socket\": \"/run/guest.sock\"", "/run/guest.sock")]
    public void Load_CrossConnect_HasASocketForTheLocalDriver(string members, string socket)
    {
        GatewayConfiguration configuration = Load($$"""
            { "name": "b", "runDirectory": "/run/rb", "links": { "a": { "fingerprint": "{{Fingerprint}}" } },
              "devices": { "rpmsg0": { "side": "vhost", "port": "cross-connect"{{members}} } } }
            """);
        DeviceConfiguration device = Assert.Single(configuration.Devices);
        Assert.Equal((DeviceSide.Vhost, PortChoice.CrossConnect, socket), (device.Side, device.Port, device.Socket));
    }

    [Fact]
    public void Load_EmptyListen_MeansDialOnly() =>
        Assert.Empty(Load(With(top: "\"listen\": []", link: $"\"fingerprint\": \"{Fingerprint}\", \"connect\": \"b\"")).Listen);

    [Fact]
    public void Load_UnderAServiceManager_UsesItsDirectories()
    {
        GatewayConfiguration configuration = Load(
            Minimal, ("STATE_DIRECTORY", "/var/lib/rpmsg-bridge:/var/lib/other"), ("RUNTIME_DIRECTORY", "/run/rpmsg-bridge"), ("XDG_RUNTIME_DIR", "/run/user/7"), ("XDG_STATE_HOME", "/x"));

        Assert.Equal("/var/lib/rpmsg-bridge/identity.pem", configuration.IdentityFile);
        Assert.Equal("/run/rpmsg-bridge", configuration.RunDirectory);
    }

    [Fact]
    public void Load_WithoutAnyDirectoryVariable_UsesTheUsersOwn()
    {
        GatewayConfiguration configuration = Load(Minimal, ("XDG_STATE_HOME", "/x"));

        Assert.Equal("/x/rpmsg-bridge/identity.pem", configuration.IdentityFile);
        Assert.Matches("^/tmp/rpmsg-bridge-[0-9]+$", configuration.RunDirectory);
    }
}
