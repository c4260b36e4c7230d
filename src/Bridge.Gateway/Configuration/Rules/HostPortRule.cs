using System.Globalization;
using System.Net;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary><c>host:port</c>, <c>address:port</c>, <c>[IPv6]:port</c>, or any of these without the port.</summary>
internal sealed class HostPortRule : ValueRule<HostPort>
{
    public override string Type => "host:port";

    public override string Range => $"host:port, 192.0.2.1:port or [2001:db8::1]:port (port 1..65535, {HostPort.DefaultPort} when left out)";

    public override bool TryParse(string text, out HostPort value, out string problem)
    {
        value = new HostPort("", HostPort.DefaultPort);
        if (!TrySplit(text, out string host, out string? port))
        {
            problem = IPAddress.TryParse(text, out _) ? "is an IPv6 address without brackets" : "is not a host and port";
            return false;
        }

        int number = HostPort.DefaultPort;
        if (port is not null && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or > 65535))
        {
            problem = "has no port between 1 and 65535";
            return false;
        }

        value = new HostPort(host, number);
        problem = "";
        return true;
    }

    private static bool TrySplit(string text, out string host, out string? port)
    {
        int bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = text.IndexOf(':', bracket + 1);
        host = colon < 0 ? text : text[..colon];
        port = colon < 0 ? null : text[(colon + 1)..];
        if (bracket < 0)
        {
            return host is "*" || Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        }

        host = host[1..^1];
        bool closed = bracket == text.Length - 1 || colon == bracket + 1;
        return closed && IPAddress.TryParse(host, out _) && host.Contains(':', StringComparison.Ordinal);
    }
}
