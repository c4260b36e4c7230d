using Bridge.EndToEnd.Tests.Processes;
using Bridge.Link.Transports.Quic;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A test with a guest in QEMU; skipped with the reason where there can be none. Its class has the trait <c>Category=VhostUser</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuFactAttribute : FactAttribute
{
    private readonly bool _needsQuic;

    /// <param name="programs">What it needs besides the guest, on this side of it.</param>
    public QemuFactAttribute(params string[] programs) =>
        Skip = QemuGuest.Prepared.WhyNot! ?? (programs.FirstOrDefault(program => !Programs.Exists(program)) is { } missing ? $"the program {missing} is missing" : null!);

    /// <summary>It needs QUIC as well.</summary>
    public bool NeedsQuic
    {
        get => _needsQuic;
        init
        {
            _needsQuic = value;
            if (value)
                Skip ??= QuicSupport.WhyNot!;
        }
    }
}
