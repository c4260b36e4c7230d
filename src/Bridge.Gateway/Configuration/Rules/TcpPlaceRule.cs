using System.Globalization;
using System.Net;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary>A port on this machine's loopback address, or an address of this machine with a port.</summary>
internal sealed class TcpPlaceRule : ValueRule<IPEndPoint>
{
    public override string Type => "port";

    public override string Range => "a port 1..65535 (on 127.0.0.1), or 192.0.2.1:port or [2001:db8::1]:port";

    public override bool TryParse(string text, out IPEndPoint value, out string problem)
    {
        value = new IPEndPoint(IPAddress.Loopback, 1);
        if (text.All(char.IsAsciiDigit))
        {
            bool isPort = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= IPEndPoint.MaxPort;
            problem = isPort ? "" : "is not a port";
            value.Port = isPort ? port : 1;
            return isPort;
        }

        bool isPlace = text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? place) && place.Port > 0;
        problem = isPlace ? "" : "is not an address with a port";
        value = isPlace ? IPEndPoint.Parse(text) : value;
        return isPlace;
    }
}
