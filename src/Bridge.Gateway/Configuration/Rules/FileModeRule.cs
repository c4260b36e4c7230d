using System.Globalization;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary>Permission bits in octal, as chmod(1) takes them.</summary>
internal sealed class FileModeRule : ValueRule<UnixFileMode>
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public override string Type => "file mode";

    public override string Range => "three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6";

    public override bool TryParse(string text, out UnixFileMode value, out string problem)
    {
        ReadOnlySpan<char> digits = text.StartsWith('0') ? text.AsSpan(1) : text;
        bool isOctal = digits.Length == 3 && !digits.ContainsAnyExceptInRange('0', '7');
        value = isOctal ? (UnixFileMode)(((digits[0] - '0') << 6) | ((digits[1] - '0') << 3) | (digits[2] - '0')) : UnixFileMode.None;
        problem = !isOctal ? "is not a file mode"
            : (value & Execute) != 0 ? "has execute permission, which sockets do not use"
            : (value & Owner) != Owner ? "locks the gateway itself out"
            : "";
        return problem.Length == 0;
    }

    /// <summary>The mode as configuration files write it: 0660.</summary>
    public static string Format(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8).PadLeft(3, '0').ToString(CultureInfo.InvariantCulture);
}
