using System.Globalization;
using Bridge.Rpmsg;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary>A fixed rpmsg address that a service may have: not 0, not ANY, and none of the bus's own services.</summary>
internal sealed class RpmsgAddressRule : ValueRule<uint>
{
    public override string Type => "rpmsg address";

    public override string Range => "1..4294967294, decimal or 0x hexadecimal, except 53, 54 and 55";

    public override bool TryParse(string text, out uint value, out string problem)
    {
        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = hexadecimal
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        problem = !isNumber ? "is not an rpmsg address" : value switch
        {
            0 or RpmsgAddress.Any => "is not an address that a service can have",
            RpmsgAddress.NameService => "is the name service's own address",
            RpmsgAddress.AddressService => "is the address service's own address",
            RpmsgAddress.Flow => "is the flow service's own address",
            _ => "",
        };
        return problem.Length == 0;
    }
}
