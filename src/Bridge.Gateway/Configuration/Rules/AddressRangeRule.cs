using System.Globalization;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary>One rpmsg address, or two with a hyphen between them.</summary>
internal sealed class AddressRangeRule : ValueRule<AddressRange>
{
    public override string Type => "rpmsg addresses";

    public override string Range => "an address 0..4294967294, or two with a hyphen such as 1024-2047, decimal or 0x hexadecimal";

    public override bool TryParse(string text, out AddressRange value, out string problem)
    {
        string[] ends = text.Split('-', StringSplitOptions.TrimEntries);
        uint last = 0;
        bool isRange = ends.Length <= 2 & TryAddress(ends[0], out uint first) && TryAddress(ends[^1], out last);
        value = isRange ? new AddressRange(first, last) : AddressRange.All;
        problem = !isRange ? "is neither an address nor two" : last < first ? "ends before it begins" : "";
        return problem.Length == 0;
    }

    private static bool TryAddress(string text, out uint address)
    {
        bool isNumber = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out address);
        return isNumber && address != uint.MaxValue;
    }
}
