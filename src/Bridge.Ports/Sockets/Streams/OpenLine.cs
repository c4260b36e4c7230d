using System.Text;
using System.Text.Unicode;
using Bridge.Linux;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>
/// The line with which an application begins a stream connection, as it comes: <c>channels/echo</c>, <c>endpoints/echo.1024</c> or
/// <c>services/echo</c>, optionally <c> addressed</c> behind it, then a newline; a carriage return before that is tolerated. Not thread-safe.
/// </summary>
internal sealed class OpenLine
{
    /// <summary>Most bytes of the line, its newline included.</summary>
    public const int MaximumLength = 255;

    private const string AddressedSuffix = " addressed";

    private readonly byte[] _bytes = new byte[MaximumLength];
    private int _count;
    private int _lineLength;

    /// <summary>Whether the line has come.</summary>
    public OpenState State { get; private set; }

    /// <summary>What it asks for; null unless it asked.</summary>
    public OpenRequest? Request { get; private set; }

    /// <summary>What is wrong with it; null unless it was refused.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Where to receive into; never empty while the line is incomplete.</summary>
    public Span<byte> Room => _bytes.AsSpan(_count);

    /// <summary>What came behind the line: the first messages, or their beginning. Belongs into the <see cref="FrameBuffer"/>.</summary>
    public ReadOnlySpan<byte> Rest => State == OpenState.Asked ? _bytes.AsSpan(_lineLength, _count - _lineLength) : [];

    /// <summary>So many bytes were received into <see cref="Room"/>. Not to be called again once the line has come.</summary>
    public OpenState Added(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaximumLength - _count);
        int newline = _bytes.AsSpan(_count, count).IndexOf((byte)'\n');
        int before = _count;
        _count += count;
        if (newline >= 0)
        {
            _lineLength = before + newline + 1;
            Parse(_bytes.AsSpan(0, before + newline));
        }
        else if (_count == MaximumLength)
        {
            Refuse($"no newline within {MaximumLength} bytes: the connection begins with a line that says what to open, such as channels/NAME");
        }

        return State;
    }

    private void Parse(ReadOnlySpan<byte> line)
    {
        if (line is [.. var before, (byte)'\r'])
        {
            line = before;
        }

        if (!Utf8.IsValid(line))
        {
            Refuse("the first line is not UTF-8");
            return;
        }

        ReadOnlySpan<char> text = Encoding.UTF8.GetString(line);
        bool addressed = text.EndsWith(AddressedSuffix, StringComparison.Ordinal);
        if (!EntryPath.TryParse(addressed ? text[..^AddressedSuffix.Length] : text, out EntryPath path, out string? fault))
        {
            Refuse($"the first line {fault}; only ' addressed' may follow it");
            return;
        }

        (Request, State) = (new OpenRequest(path, addressed), OpenState.Asked);
    }

    private void Refuse(string sentence) => (Refusal, State) = (new Refusal(Errno.EINVAL, sentence), OpenState.Refused);
}
