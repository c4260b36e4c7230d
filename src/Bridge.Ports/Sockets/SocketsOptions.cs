using System.Net;
using Bridge.Ports.Sockets.Access;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>How a sockets port presents one rpmsg device to the applications of this machine. Immutable; <see cref="FindErrors"/> checks it.</summary>
public sealed record SocketsOptions
{
    /// <summary>The meter of the ports' instruments: how long messages are on their way between sockets and ring.</summary>
    public const string MeterName = "Bridge.Ports";

    /// <summary>Smallest <see cref="Quota"/>.</summary>
    public const int MinimumQuota = 1;

    /// <summary>Largest <see cref="Quota"/>: the largest split ring.</summary>
    public const int MaximumQuota = 32768;

    private const UnixFileMode ConnectBits = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The device's name, which is its directory's: 1..63 of <c>A-Z a-z 0-9 _ . -</c>, beginning with a letter or digit.</summary>
    public required string Device { get; init; }

    /// <summary>Directory in which the device's directory is made.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Message buffers of the device.</summary>
    public RpmsgOptions Rpmsg { get; init; } = new();

    /// <summary>Services that exist from the start.</summary>
    public IReadOnlyList<ServiceOptions> Services { get; init; } = [];

    /// <summary>How channels and endpoints of the other side deal with applications: takeover and grace; one peer, never permanent.</summary>
    public EntryTerms Channels { get; init; } = new();

    /// <summary>Further places, beside the device's <c>stream</c> socket, where stream connections are awaited. Whoever reaches one may use every channel.</summary>
    public IReadOnlyList<IPEndPoint> TcpAddresses { get; init; } = [];

    /// <summary>Who may talk about what, in both directions; the first rule that fits decides, and without any everything is allowed.</summary>
    public IReadOnlyList<AccessRule> Access { get; init; } = [];

    /// <summary>Permission bits of the sockets; directories get search permission with each read permission, and only the owner may write to them.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Group of sockets and directories, by name or number; null: the process' own.</summary>
    public string? Group { get; init; }

    /// <summary>Messages that may wait here for one reader beyond what its socket holds; with the flow service at least <see cref="FlowWindow.Initial"/> are kept.</summary>
    public int Quota { get; init; } = FlowWindow.Initial;

    /// <summary>What happens beyond the quota where the sender cannot be stopped.</summary>
    public OverQuotaPolicy OverQuota { get; init; } = OverQuotaPolicy.Hold;

    /// <summary>Announcements of the other side that get sockets (two each); further ones are counted and have none.</summary>
    public int MaximumChannels { get; init; } = 256;

    /// <summary>SO_SNDBUF towards applications in bytes; null: the system's default, which holds about 167 messages of 496 bytes.</summary>
    public int? SendBufferSize { get; init; }

    /// <summary>Offer (device) or accept (driver) the flow service.</summary>
    public bool Flow { get; init; } = true;

    /// <summary>Offer (device) or accept (driver) the address service of the 2020 vhost series. Off by default: NuttX gives the feature bit another meaning.</summary>
    public bool AddressService { get; init; }

    /// <summary>
    /// Where the dynamic addresses begin that are given to whatever comes after <see cref="Services"/>, 1024..65535; null: behind those of the services. A gateway chooses it at random: a
    /// driver may outlive this process and go on sending to addresses that nobody has any more.
    /// </summary>
    public uint? FirstEndpoint { get; init; }

    /// <summary>
    /// A successor goes on where this process ends, however it ends: rings, names, addresses, conversations and what waits lie in files below the device's directory, which must be in memory (tmpfs)
    /// and stay there between the two.
    /// </summary>
    public bool Keeps { get; init; }

    /// <summary>Everything that is wrong, one sentence each; empty if nothing is.</summary>
    public IReadOnlyList<string> FindErrors()
    {
        List<string> errors = [];
        if (!IsDeviceName(Device))
        {
            errors.Add($"device name '{Device}' is not 1..63 characters of A-Z a-z 0-9 _ . - beginning with a letter or digit");
        }

        if (string.IsNullOrEmpty(RunDirectory))
        {
            errors.Add("the run directory is empty");
        }

        if (Quota is < MinimumQuota or > MaximumQuota)
        {
            errors.Add($"quota {Quota} is not {MinimumQuota}..{MaximumQuota}");
        }

        if (MaximumChannels < 0)
        {
            errors.Add($"maximum number of channels {MaximumChannels} is negative");
        }

        if (FirstEndpoint is < RpmsgAddress.FirstDynamic or > RpmsgAddress.LastDynamic)
        {
            errors.Add($"first endpoint address {FirstEndpoint} is not {RpmsgAddress.FirstDynamic}..{RpmsgAddress.LastDynamic}");
        }

        if ((Mode & ~ConnectBits) != 0)
        {
            errors.Add($"mode {Convert.ToString((int)Mode, 8)} has other bits than read and write");
        }

        errors.AddRange(Channels.FindErrors("channels"));
        if (Channels.Peers != 1 || Channels.Permanent)
        {
            errors.Add("channels have one peer each and cannot be permanent");
        }

        if (AddressService && Rpmsg.MaximumPayload < AddressServiceMessage.Size)
        {
            errors.Add($"the address service's messages of {AddressServiceMessage.Size} bytes do not fit into messages of {Rpmsg.MaximumPayload}");
        }

        errors.AddRange(Access.SelectMany(static rule => rule.FindErrors()));
        FindServiceErrors(errors);
        return errors;
    }

    private static bool IsDeviceName(string name) =>
        name is { Length: > 0 and <= 63 } && char.IsAsciiLetterOrDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private void FindServiceErrors(List<string> errors)
    {
        HashSet<string> names = [];
        HashSet<uint> addresses = [];
        foreach (ServiceOptions service in Services)
        {
            if (!NameServiceMessage.IsValidName(service.Name) || SocketName.Encode(service.Name) is null)
            {
                errors.Add($"service name '{service.Name}' is not 1..31 characters between U+0001 and U+00FF, or is a directory's");
            }
            else if (!names.Add(service.Name))
            {
                errors.Add($"service '{service.Name}' exists twice");
            }

            errors.AddRange(service.Terms.FindErrors($"service '{service.Name}'"));
            if (service.Address is not { } address)
            {
                continue;
            }

            if (address is RpmsgAddress.NameService or RpmsgAddress.AddressService or RpmsgAddress.Flow or RpmsgAddress.Any)
            {
                errors.Add($"service '{service.Name}': address {address} is reserved");
            }
            else if (!addresses.Add(address))
            {
                errors.Add($"service '{service.Name}': address {address} is taken by another service");
            }
        }
    }
}
