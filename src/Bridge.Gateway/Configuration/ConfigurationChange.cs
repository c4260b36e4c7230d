namespace Bridge.Gateway.Configuration;

/// <summary>What is different between the configuration that runs and the one in the file: what may change while it runs, and what takes a restart.</summary>
internal sealed class ConfigurationChange
{
    private readonly List<string> _changed = [];
    private readonly List<string> _needRestart = [];

    /// <param name="running">What runs.</param>
    /// <param name="wanted">Valid as a whole.</param>
    public ConfigurationChange(GatewayConfiguration running, GatewayConfiguration wanted)
    {
        Restart("name", running.Name, wanted.Name);
        Restart("runDirectory", running.RunDirectory, wanted.RunDirectory);
        Restart("mode", running.SocketMode, wanted.SocketMode);
        Restart("group", running.Group, wanted.Group);
        RestartList("listen", running.Listen, wanted.Listen);
        Restart("adminSocket", running.AdminSocket, wanted.AdminSocket);
        Restart("keep", running.Keeps, wanted.Keeps);
        RestartList("metrics:listen", running.Metrics.Listen, wanted.Metrics.Listen);
        Restart("metrics:otlp", running.Metrics.Otlp, wanted.Metrics.Otlp);
        Outcome = running with
        {
            IdentityFile = wanted.IdentityFile,
            Links = Merge("links", running.Links, wanted.Links, static link => link.Peer, Link),
            Devices = Merge("devices", running.Devices, wanted.Devices, static device => device.Name, Device),
        };
    }

    /// <summary>What will run: the running configuration with everything that may change.</summary>
    public GatewayConfiguration Outcome { get; }

    /// <summary>What changes, a sentence each.</summary>
    public IReadOnlyList<string> Changed => _changed;

    /// <summary>Keys whose change takes a restart.</summary>
    public IReadOnlyList<string> NeedRestart => _needRestart;

    private static bool Same<T>(IReadOnlyList<T> one, IReadOnlyList<T> other) => one.SequenceEqual(other);

    private List<T> Merge<T>(string key, IReadOnlyList<T> running, IReadOnlyList<T> wanted, Func<T, string> name, Func<T, T, T> merge)
    {
        Dictionary<string, T> news = wanted.ToDictionary(name, StringComparer.OrdinalIgnoreCase);
        foreach (string added in news.Keys.Except(running.Select(name), StringComparer.OrdinalIgnoreCase))
            _needRestart.Add($"{key}:{added} (new)");
        List<T> outcome = [];
        foreach (T one in running)
        {
            if (news.TryGetValue(name(one), out T? other))
            {
                outcome.Add(merge(one, other));
                continue;
            }

            _needRestart.Add($"{key}:{name(one)} (no longer there)");
            outcome.Add(one);
        }

        return outcome;
    }

    private LinkConfiguration Link(LinkConfiguration running, LinkConfiguration wanted)
    {
        string key = $"links:{running.Peer}";
        Restart($"{key}:transport", running.Transport, wanted.Transport);
        Restart($"{key}:keepAliveSeconds", running.KeepAlive, wanted.KeepAlive);
        Restart($"{key}:helloTimeoutSeconds", running.HelloTimeout, wanted.HelloTimeout);
        LinkConfiguration outcome = running;
        if (!Same(running.Fingerprints, wanted.Fingerprints) || running.CertificateAuthority != wanted.CertificateAuthority || running.PeerName != wanted.PeerName)
        {
            _changed.Add($"{key}: trusts {(wanted.CertificateAuthority is { } authority ? $"{wanted.PeerName} by {authority}" : string.Join(" or ", wanted.Fingerprints))}");
            outcome = outcome with { Fingerprints = wanted.Fingerprints, CertificateAuthority = wanted.CertificateAuthority, PeerName = wanted.PeerName };
        }

        if (Same(running.Connect, wanted.Connect))
            return outcome;
        if (running.Connect.Count == 0 != (wanted.Connect.Count == 0))
        {
            _needRestart.Add($"{key}:connect");
            return outcome;
        }

        _changed.Add($"{key}: dials {string.Join(", ", wanted.Connect)} from the next time on");
        return outcome with { Connect = wanted.Connect };
    }

    private DeviceConfiguration Device(DeviceConfiguration running, DeviceConfiguration wanted)
    {
        string key = $"devices:{running.Name}";
        Restart($"{key}:link", running.Link, wanted.Link);
        Restart($"{key}:side", running.Side, wanted.Side);
        Restart($"{key}:type", running.Type, wanted.Type);
        Restart($"{key}:port", running.Port, wanted.Port);
        Restart($"{key}:socket", running.Socket, wanted.Socket);
        Restart($"{key}:inBandNotifications", running.InBandNotifications, wanted.InBandNotifications);
        Restart($"{key}:unsealedMemory", running.UnsealedMemory, wanted.UnsealedMemory);
        Restart($"{key}:pool", running.Pool, wanted.Pool);
        Restart($"{key}:rpmsg", running.Rpmsg, wanted.Rpmsg);
        Restart($"{key}:channels", running.Channels, wanted.Channels);
        RestartList($"{key}:tcp", running.Tcp, wanted.Tcp);
        // With another port on this machine there is nobody to take them.
        bool sameServices = Same(running.Services, wanted.Services), sameAccess = Same(running.Access, wanted.Access);
        if (running.Port != PortChoice.Sockets || wanted.Port != PortChoice.Sockets || (sameServices && sameAccess))
            return running;
        if (!sameServices)
            Services($"{key}:services", running.Services, wanted.Services);
        if (!sameAccess)
            _changed.Add($"{key}:access: {(wanted.Access.Count == 0 ? "everything is allowed" : $"{wanted.Access.Count} rules, the first that fits decides")}");
        return running with { Services = wanted.Services, Access = wanted.Access };
    }

    private void Services(string key, IReadOnlyList<ServiceConfiguration> running, IReadOnlyList<ServiceConfiguration> wanted)
    {
        Dictionary<string, ServiceConfiguration> before = running.ToDictionary(static service => service.Name, StringComparer.Ordinal);
        foreach (ServiceConfiguration service in wanted)
        {
            if (!before.Remove(service.Name, out ServiceConfiguration? old))
                _changed.Add($"{key}:{service.Name}: is offered");
            else if (old.Address != service.Address || old.Terms.Permanent != service.Terms.Permanent)
                _changed.Add($"{key}:{service.Name}: is offered anew");
            else if (old.Terms != service.Terms)
                _changed.Add($"{key}:{service.Name}: has other terms");
        }

        foreach (string gone in before.Keys)
            _changed.Add($"{key}:{gone}: is not offered any more");
    }

    private void Restart<T>(string key, T running, T wanted)
    {
        if (!EqualityComparer<T>.Default.Equals(running, wanted))
            _needRestart.Add(key);
    }

    private void RestartList<T>(string key, IReadOnlyList<T> running, IReadOnlyList<T> wanted)
    {
        if (!Same(running, wanted))
            _needRestart.Add(key);
    }
}
