using System.Globalization;
using Bridge.EndToEnd.Tests.Networks;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A network namespace for what is behind a network card, with an interface that a packet forwarder makes in it. It goes with the test.</summary>
internal sealed class CardNamespace : IAsyncDisposable
{
    /// <summary>The interface's name.</summary>
    public const string Interface = "card";

    private static int _last;

    private CardNamespace(string name) => Machine = new Machine(name);

    public Machine Machine { get; }

    /// <summary>The device of a packet forwarder that makes the interface.</summary>
    public static string Device => PacketForwarder.Interface(Interface);

    public static async Task<CardNamespace> CreateAsync()
    {
        CardNamespace created = new(string.Create(CultureInfo.InvariantCulture, $"rb{Environment.ProcessId}c{Interlocked.Increment(ref _last)}"));
        await Machine.Here.RunAsync("ip", "netns", "add", created.Machine.Namespace!);
        return created;
    }

    /// <summary>Gives the interface an address, once the forwarder has made it.</summary>
    public async Task AddressAsync(string address)
    {
        await NetworkPair.IpAsync(Machine, $"addr add {address}/24 dev {Interface}");
        await NetworkPair.IpAsync(Machine, $"link set {Interface} up");
    }

    public async ValueTask DisposeAsync() => await Machine.Here.RunAsync("ip", "netns", "del", Machine.Namespace!);
}
