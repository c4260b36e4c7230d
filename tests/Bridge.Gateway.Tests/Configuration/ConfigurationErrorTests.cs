using static Bridge.Gateway.Tests.Configuration.ConfigurationText;

namespace Bridge.Gateway.Tests.Configuration;

/// <summary>Every message that a wrong configuration can get, word for word: they are the program's manual at that moment.</summary>
public sealed class ConfigurationErrorTests
{
    private const string HostPortRange = "use host:port, 192.0.2.1:port or [2001:db8::1]:port (port 1..65535, 7117 when left out)";
    private const string NameRange = "use 1..63 characters of A-Z a-z 0-9 _ . -, starting with a letter or digit";

    public static TheoryData<string, string> Top => new()
    {
        { "\"mode\": \"rw\"", "mode: rw is not a file mode; use three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6" },
        { "\"mode\": \"0770\"", "mode: 0770 has execute permission, which sockets do not use; use three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6" },
        { "\"mode\": \"0440\"", "mode: 0440 locks the gateway itself out; use three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6" },
        { "\"group\": \"\"", "group: the value is empty; use a group's name or number" },
        { "\"identity\": \"\"", "identity: the value is empty; use a file that is writable when it must be created" },
        { "\"identity\": \"a\\u0000b\"", "identity: a\0b has a control character; use a file that is writable when it must be created" },
        { "\"listen\": [\"::1\"]", "listen:0: ::1 is an IPv6 address without brackets; " + HostPortRange },
        { "\"listen\": [\"[::1]:0\"]", "listen:0: [::1]:0 has no port between 1 and 65535; " + HostPortRange },
        { "\"listen\": [\"[::1]x:7\"]", "listen:0: [::1]x:7 is not a host and port; " + HostPortRange },
        { "\"listen\": [\"a b\"]", "listen:0: a b is not a host and port; " + HostPortRange },
        { "\"listen\": \"host:x\"", "listen: host:x has no port between 1 and 65535; " + HostPortRange },
        { "\"listen\": [\"[::]\", \"[::]:7117\"]", "listen: [::]:7117 is listed twice; remove one" },
        { "\"listen\": [null]", "listen:0: is null; give a list of host:port (host:port, 192.0.2.1:port or [2001:db8::1]:port (port 1..65535, 7117 when left out))" },
        { "\"mode\": [\"0660\"]", "mode: is a list; give a file mode (three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6)" },
        { "\"mode\": {\"user\": 6}", "mode: is an object; give a file mode (three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6)" },
        { "\"lisen\": []", "lisen: there is no such key; did you mean listen?" },
        { "\"zzz\": 1", "zzz: there is no such key; here are name, identity, runDirectory, mode, group, listen, adminSocket, keep, metrics, links, devices" },
        {
            "\"adminSocket\": \"/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/012345.sock\"",
            "adminSocket: the socket path /0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/012345.sock would have 111 bytes, "
            + "and the system allows 107; use a shorter runDirectory or adminSocket"
        },
    };

    public static TheoryData<string, string> Link => new()
    {
        { "", "links:b: nothing tells who the peer is; add fingerprint (run `rpmsg-bridge identity` there) or certificateAuthority" },
        { "\"fingerprint\": []", "links:b: nothing tells who the peer is; add fingerprint (run `rpmsg-bridge identity` there) or certificateAuthority" },
        { "\"fingerprint\": \"md5:00\"", "links:b:fingerprint: md5:00 is not a fingerprint; use sha256: and 64 hexadecimal digits, as the peer's `rpmsg-bridge identity` prints them" },
        {
            "\"fingerprint\": [\"sha256:00\"]",
            "links:b:fingerprint:0: sha256:00 is not a fingerprint; use sha256: and 64 hexadecimal digits, as the peer's `rpmsg-bridge identity` prints them"
        },
        {
            $"\"fingerprint\": \"{Fingerprint}\", \"certificateAuthority\": \"/dev/null\"",
            "links:b: has both fingerprint and certificateAuthority; keep one of them"
        },
        { "\"certificateAuthority\": \"no.pem\"", "links:b:certificateAuthority: /etc/rpmsg-bridge/no.pem does not exist or cannot be reached; use a PEM file that does" },
        { $"\"fingerprint\": \"{Fingerprint}\", \"peerName\": \"c\"", "links:b:peerName: is of use only with certificateAuthority; remove it, or add that" },
        { $"\"fingerprint\": \"{Fingerprint}\", \"connect\": \"*\"", "links:b:connect: *:7117 is no address to dial; use the peer's own" },
        { $"\"fingerprint\": \"{Fingerprint}\", \"transport\": \"udp\"", "links:b:transport: udp is not one of the choices; use auto, quic or tcp" },
        { $"\"fingerprint\": \"{Fingerprint}\", \"keepAliveSeconds\": 0", "links:b:keepAliveSeconds: 0 is out of range; use 1..3600" },
        { $"\"fingerprint\": \"{Fingerprint}\", \"helloTimeoutSeconds\": 2.5", "links:b:helloTimeoutSeconds: 2.5 is not a whole number; use 1..60" },
        { $"\"fingerprints\": \"{Fingerprint}\", \"certificateAuthority\": \"/dev/null\"", "links:b:fingerprints: there is no such key; did you mean fingerprint?" },
    };

    public static TheoryData<string, string> Device => new()
    {
        { "\"side\": \"vhost\", \"access\": { \"service\": \"a\" }", "devices:rpmsg0:access: is an object; give a list of objects" },
        { "\"side\": \"vhost\", \"access\": \"deny\"", "devices:rpmsg0:access: is the single value deny; give a list of objects" },
        { "\"side\": \"vhost\", \"access\": [\"deny\"]", "devices:rpmsg0:access:0: is the single value deny; give an object" },
        { "\"side\": \"vhost\", \"access\": [{ \"sevice\": \"a\" }]", "devices:rpmsg0:access:0:sevice: there is no such key; did you mean service?" },
        { "\"side\": \"vhost\", \"access\": [{}, { \"address\": \"9-3\" }]", "devices:rpmsg0:access:1:address: 9-3 ends before it begins; use an address 0..4294967294, or two with a hyphen such as 1024-2047, decimal or 0x hexadecimal" },
        { "\"side\": \"vhost\", \"access\": [{ \"address\": \"all\" }]", "devices:rpmsg0:access:0:address: all is neither an address nor two; use an address 0..4294967294, or two with a hyphen such as 1024-2047, decimal or 0x hexadecimal" },
        { "\"side\": \"vhost\", \"access\": [{ \"direction\": \"up\" }]", "devices:rpmsg0:access:0:direction: up is not one of the choices; use both, in or out" },
        { "\"side\": \"vhost\", \"access\": [{ \"priority\": 8 }]", "devices:rpmsg0:access:0:priority: 8 is out of range; use 0..7" },
        { "\"side\": \"vhost\", \"access\": [{ \"action\": \"deny\", \"messagesPerSecond\": 8 }]", "devices:rpmsg0:access:0: denies and has a rate; remove the rate, or allow" },
        {
            "\"side\": \"virtio\", \"port\": \"vhost-user\", \"access\": [{}]",
            "devices:rpmsg0:access: rules are about sockets, and vhost-user has none: messages pass there as they are; remove them, and set rules at the other side"
        },
        { "", "devices:rpmsg0:side: there is none; use virtio or vhost (the peer has the other one)" },
        { "\"side\": \"driver\"", "devices:rpmsg0:side: driver is not one of the choices; use virtio or vhost" },
        { "\"side\": \"vhost\", \"port\": \"pci\"", "devices:rpmsg0:port: pci is not one of the choices; use sockets, vhost-user or cross-connect" },
        { "\"side\": \"vhost\", \"socket\": \"x\"", "devices:rpmsg0:socket: is of use only with port vhost-user or cross-connect; remove it, or set one of them" },
        {
            "\"side\": \"vhost\", \"port\": \"vhost-user\"",
            "devices:rpmsg0:socket: there is none; name the socket on which the vhost-user back end listens"
        },
        {
            "\"side\": \"virtio\", \"port\": \"vhost-user\", \"services\": { \"echo\": {} }",
            "devices:rpmsg0:services: services are sockets, and vhost-user has none; remove them"
        },
        {
            "\"side\": \"virtio\", \"port\": \"cross-connect\"",
            "devices:rpmsg0:port: a cross-connect is the device of both drivers, so it is on the vhost side; use side vhost here, or port vhost-user"
        },
        {
            "\"side\": \"vhost\", \"port\": \"cross-connect\", \"type\": \"net\"",
            "devices:rpmsg0:type: net cannot have port cross-connect; use port vhost-user, or type rpmsg"
        },
        {
            "\"side\": \"vhost\", \"port\": \"cross-connect\", \"services\": { \"echo\": {} }",
            "devices:rpmsg0:services: services are sockets, and cross-connect has none; remove them"
        },
        { "\"side\": \"vhost\", \"type\": \"blk\"", "devices:rpmsg0:type: blk cannot have port sockets; use port vhost-user, or type rpmsg" },
        { "\"side\": \"vhost\", \"type\": \"gpu\"", "devices:rpmsg0:type: gpu is not one of the choices; use net, blk, console, rng, rpmsg or scsi" },
        { "\"side\": \"vhost\", \"pool\": { \"placeSize\": 1 }", "devices:rpmsg0:pool:placeSize: 1 is out of range; use 64..67108864" },
        { "\"side\": \"vhost\", \"type\": \"scsi\", \"port\": \"vhost-user\", \"socket\": \"/run/s\", \"pool\": { \"queues\": 2 }", "devices:rpmsg0:pool:queues: 2 are too few: a scsi device has at least 3" },
        { "\"side\": \"vhost\", \"type\": \"net\", \"port\": \"vhost-user\", \"socket\": \"/run/s\", \"pool\": { \"queues\": 4 }", "devices:rpmsg0:pool:queues: a net device has 2 queues; leave it out" },
        { "\"side\": \"vhost\", \"link\": \"B2\"", "devices:rpmsg0:link: there is no link B2" },
        { "\"side\": \"vhost\", \"link\": \"\"", "devices:rpmsg0:link: the value is empty; " + NameRange },
        { "\"side\": \"vhost\", \"rpmsg\": 7", "devices:rpmsg0:rpmsg: is the single value 7; give an object" },
        { "\"side\": \"vhost\", \"rpmsg\": []", "devices:rpmsg0:rpmsg: is an empty list; give an object" },
        { "\"side\": \"vhost\", \"rpmsg\": { \"bufferSize\": 17 }", "devices:rpmsg0:rpmsg:bufferSize: 17 is out of range; use 56..65536" },
        { "\"side\": \"vhost\", \"rpmsg\": { \"bufferSize\": true }", "devices:rpmsg0:rpmsg:bufferSize: True is not a whole number; use 56..65536" },
        { "\"side\": \"vhost\", \"rpmsg\": { \"bufferSize\": 99999999999999999999 }", "devices:rpmsg0:rpmsg:bufferSize: 99999999999999999999 is out of range; use 56..65536" },
        { "\"side\": \"vhost\", \"rpmsg\": { \"buffers\": 32769 }", "devices:rpmsg0:rpmsg:buffers: 32769 is out of range; use 1..32768" },
        { "\"side\": \"vhost\", \"rpmsg\": { \"buffers\": 8, \"quota\": 9 }", "devices:rpmsg0:rpmsg:quota: 9 is more than there are buffers; use 1..8" },
        { "\"side\": \"vhost\", \"rpmsg\": { \"addressService\": \"maybe\" }", "devices:rpmsg0:rpmsg:addressService: maybe is neither; use true or false" },
        {
            "\"side\": \"vhost\", \"rpmsg\": { \"addressService\": true, \"bufferSize\": 59 }",
            "devices:rpmsg0:rpmsg:bufferSize: 59 is too small for the address service; use at least 60, or addressService false"
        },
        { "\"side\": \"vhost\", \"rpmsg\": { \"slowReader\": \"wait\" }", "devices:rpmsg0:rpmsg:slowReader: wait is not one of the choices; use hold or drop" },
        {
            "\"side\": \"vhost\", \"rpmsg\": { \"buffers\": 32768, \"bufferSize\": 65536 }",
            "devices:rpmsg0:rpmsg: 2 x 32768 buffers of 65536 bytes are 4096 MiB; use at most 1024 MiB"
        },
        { "\"side\": \"vhost\", \"rpmsg\": { \"bufers\": 1 }", "devices:rpmsg0:rpmsg:bufers: there is no such key; did you mean buffers?" },
        { "\"side\": \"vhost\", \"services\": [\"echo\"]", "devices:rpmsg0:services: is a list; give an object" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"address\": 53 } }", "devices:rpmsg0:services:echo:address: 53 is the name service's own address; use " + AddressRange },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"address\": 54 } }", "devices:rpmsg0:services:echo:address: 54 is the address service's own address; use " + AddressRange },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"address\": 55 } }", "devices:rpmsg0:services:echo:address: 55 is the flow service's own address; use " + AddressRange },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"address\": \"0xFFFFFFFF\" } }", "devices:rpmsg0:services:echo:address: 0xFFFFFFFF is not an address that a service can have; use " + AddressRange },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"address\": -1 } }", "devices:rpmsg0:services:echo:address: -1 is not an rpmsg address; use " + AddressRange },
        { "\"side\": \"vhost\", \"services\": { \"x\": { \"address\": 30 }, \"y\": { \"address\": \"0x1e\" } }", "devices:rpmsg0:services:y:address: 30 is the address of x already; use another" },
        { "\"side\": \"vhost\", \"services\": { \"..\": {} }", "devices:rpmsg0:services:..: the name names a directory; use 1..31 printable ASCII characters, not . or .." },
        { "\"side\": \"vhost\", \"tcp\": 0", "devices:rpmsg0:tcp: 0 is not a port; use " + TcpRange },
        { "\"side\": \"vhost\", \"tcp\": [7120, 65536]", "devices:rpmsg0:tcp:1: 65536 is not a port; use " + TcpRange },
        { "\"side\": \"vhost\", \"tcp\": \"localhost:7120\"", "devices:rpmsg0:tcp: localhost:7120 is not an address with a port; use " + TcpRange },
        { "\"side\": \"vhost\", \"tcp\": \"192.0.2.1\"", "devices:rpmsg0:tcp: 192.0.2.1 is not an address with a port; use " + TcpRange },
        { "\"side\": \"vhost\", \"tcp\": \"[::1]\"", "devices:rpmsg0:tcp: [::1] is not an address with a port; use " + TcpRange },
        { "\"side\": \"vhost\", \"tcp\": \"127.0.0.1:0\"", "devices:rpmsg0:tcp: 127.0.0.1:0 is not an address with a port; use " + TcpRange },
        { "\"side\": \"vhost\", \"tcp\": [7120, \"127.0.0.1:7120\"]", "devices:rpmsg0:tcp: 127.0.0.1:7120 is awaited by rpmsg0 already; use another port" },
        { "\"side\": \"vhost\", \"channels\": { \"takeover\": \"often\" }", "devices:rpmsg0:channels:takeover: often is neither; use true or false" },
        { "\"side\": \"vhost\", \"channels\": { \"graceSeconds\": 86401 }", "devices:rpmsg0:channels:graceSeconds: 86401 is out of range; use 0..86400" },
        { "\"side\": \"vhost\", \"channels\": { \"graceSeconds\": 1.5 }", "devices:rpmsg0:channels:graceSeconds: 1.5 is not a whole number; use 0..86400" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"permanent\": 1 } }", "devices:rpmsg0:services:echo:permanent: 1 is neither; use true or false" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"peers\": 0 } }", "devices:rpmsg0:services:echo:peers: 0 is out of range; use 1..128" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"peers\": 129 } }", "devices:rpmsg0:services:echo:peers: 129 is out of range; use 1..128" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"takeover\": \"\" } }", "devices:rpmsg0:services:echo:takeover: the value is empty; use true or false" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"graceSeconds\": -1 } }", "devices:rpmsg0:services:echo:graceSeconds: -1 is out of range; use 0..86400" },
        { "\"side\": \"vhost\", \"services\": { \"echo\": { \"graceSecond\": 1 } }", "devices:rpmsg0:services:echo:graceSecond: there is no such key; did you mean graceSeconds?" },
        {
            "\"side\": \"vhost\", \"services\": { \"12345678901234567890123456789012\": {} }",
            "devices:rpmsg0:services:12345678901234567890123456789012: the name is too long; use 1..31 printable ASCII characters, not . or .."
        },
        {
            "\"side\": \"vhost\", \"services\": { \"n\u00e9\": {} }",
            "devices:rpmsg0:services:n\u00e9: the name has a character outside printable ASCII; use 1..31 printable ASCII characters, not . or .."
        },
    };

    private const string TcpRange = "a port 1..65535 (on 127.0.0.1), or 192.0.2.1:port or [2001:db8::1]:port";

    private const string AddressRange = "1..4294967294, decimal or 0x hexadecimal, except 53, 54 and 55";

    [Theory]
    [MemberData(nameof(Top))]
    public void Load_WrongAtTheTop_SaysExactlyThat(string members, string error) => Assert.Equal([error], Errors(With(top: members)));

    [Theory]
    [MemberData(nameof(Link))]
    public void Load_WrongLink_SaysExactlyThat(string members, string error) => Assert.Equal([error], Errors(With(link: members)));

    [Theory]
    [MemberData(nameof(Device))]
    public void Load_WrongDevice_SaysExactlyThat(string members, string error) => Assert.Equal([error], Errors(With(device: members)));

    [Theory]
    [InlineData("{}", "links: there is no link; give at least one peer with its fingerprint", "devices: there is no device; give at least one with its link and side")]
    [InlineData("""{ "links": 1, "devices": [] }""", "devices: is an empty list; give an object", "links: is the single value 1; give an object")]
    [InlineData("{\n\"name\": \"a\",\n}}", "/etc/rpmsg-bridge/bridge.json:3: this is no JSON: '}' is invalid after a single JSON value. Expected end of data.")]
    [InlineData("""{ "name": "a", "Name": "b" }""", "/etc/rpmsg-bridge/bridge.json: A duplicate key 'Name' was found.")]
    public void Load_WrongAsAWhole_SaysExactlyThat(string json, params string[] errors) => Assert.Equal(errors, Errors(json));

    [Fact]
    public void Load_NobodyDials_SaysWhatToAdd() => Assert.Equal(
        ["links:b: neither side can dial: listen is empty and connect is too; add connect here, or listen"],
        Errors(With(top: "\"listen\": []")));

    [Fact]
    public void Load_NamesOutsideTheAlphabet_AreErrorsAtTheirPlaces() => Assert.Equal(
        [
            "devices:.hidden: the name does not start with a letter or digit; " + NameRange,
            "links:b/c: the name has a character that names may not have; " + NameRange,
            "name: .. does not start with a letter or digit; " + NameRange,
        ],
        Errors($$"""{ "name": "..", "links": { "b/c": { "fingerprint": "{{Fingerprint}}" } }, "devices": { ".hidden": { "side": "virtio" } } }"""));

    [Fact]
    public void Load_OneKeyForTwoPeers_NamesTheFirst() => Assert.Contains(
        $"links:c:fingerprint: {Fingerprint} stands for b already; one key is one peer",
        Errors($$"""{ "links": { "b": { "fingerprint": "{{Fingerprint}}" }, "c": { "fingerprint": ["{{OtherFingerprint}}", "{{Fingerprint}}"] } }, "devices": { "d": { "side": "virtio" } } }"""));

    [Fact]
    public void Load_OneTcpPortForTwoDevices_NamesTheFirst() => Assert.Equal(
        ["devices:e:tcp: 127.0.0.1:7120 is awaited by d already; use another port"],
        Errors($$"""
            {
              "name": "a", "links": { "b": { "fingerprint": "{{Fingerprint}}" } },
              "devices": { "d": { "side": "virtio", "tcp": 7120 }, "e": { "side": "virtio", "tcp": ["[::1]:7120", "127.0.0.1:7120"] } },
            }
            """));

    [Fact]
    public void Load_SeveralLinksAndADeviceWithoutOne_ListsThem() => Assert.Equal(
        ["devices:d:link: there is none; name the peer that has the other side: b, c"],
        Errors($$"""{ "name": "a", "links": { "b": { "fingerprint": "{{Fingerprint}}" }, "c": { "fingerprint": "{{OtherFingerprint}}" } }, "devices": { "d": { "side": "virtio" } } }"""));

    [Fact]
    public void Load_DeviceNameTooLongForItsSockets_SaysSo() => Assert.Equal(
        ["devices:" + new string('d', 40) + ": the socket path /run/user/7/rpmsg-bridge/" + new string('d', 40) + "/endpoints/" + new string('x', 31)
            + ".4294967295 would have 118 bytes, and the system allows 107; use a shorter runDirectory or device name"],
        Errors($$"""{ "name": "a", "links": { "b": { "fingerprint": "{{Fingerprint}}" } }, "devices": { "{{new string('d', 40)}}": { "side": "virtio" } } }"""));

    [Fact]
    public void Load_ManyMistakes_ReportsAllAtOnce() => Assert.Equal(
        [
            "devices:rpmsg0:sid: there is no such key; did you mean side?",
            "linkz: there is no such key; did you mean links?",
            "mode: 999 is not a file mode; use three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6",
            "links:board-b:transport: smoke is not one of the choices; use auto, quic or tcp",
            "devices:rpmsg0:side: there is none; use virtio or vhost (the peer has the other one)",
            "devices:rpmsg0:rpmsg:bufferSize: 17 is out of range; use 56..65536",
            "links:board-b: nothing tells who the peer is; add fingerprint (run `rpmsg-bridge identity` there) or certificateAuthority",
            "devices:rpmsg0:link: there is no link board-d; did you mean board-b?",
        ],
        Errors("""
            {
              "name": "a", "linkz": {}, "mode": "999", // Comments
              "links": { "board-b": { "transport": "smoke", }, }, /* and trailing commas are fine. */
              "devices": { "rpmsg0": { "sid": "vhost", "link": "board-d", "rpmsg": { "bufferSize": 17 } } },
            }
            """));
}
