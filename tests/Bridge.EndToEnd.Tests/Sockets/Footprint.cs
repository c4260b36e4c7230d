using System.Globalization;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>What a gateway's process held before a storm, held against what it holds afterwards.</summary>
internal sealed class Footprint(TestGateway gateway, ITestOutputHelper output)
{
    // A storm of thousands that kept something for each would be above it; the garbage collector's own moods are below.
    private const long MaximumGrowth = 64L << 20;

    // What the runtime opens for itself at any moment, such as a library: none of it is a socket.
    private const int OwnDescriptors = 8;

    private readonly int _sockets = ProcessTable.Sockets(gateway.ProcessId);
    private readonly int _descriptors = ProcessTable.Descriptors(gateway.ProcessId);
    private readonly long _resident = ProcessTable.ResidentBytes(gateway.ProcessId);

    /// <summary>Every socket has been given back, and the memory has not grown by more than a bound.</summary>
    public async Task AssertKeptAsync(string storm)
    {
        await Bounds.UntilAsync(
            () => ProcessTable.Sockets(gateway.ProcessId) <= _sockets && ProcessTable.Descriptors(gateway.ProcessId) <= _descriptors + OwnDescriptors,
            $"{gateway.Name} after {storm}: at most {_sockets} sockets and about {_descriptors} descriptors",
            () => $"There are {ProcessTable.Sockets(gateway.ProcessId)} and {ProcessTable.Descriptors(gateway.ProcessId)}.");
        long now = ProcessTable.ResidentBytes(gateway.ProcessId);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{gateway.Name} after {storm}: {_resident >> 10} -> {now >> 10} KiB resident, {_sockets} -> {ProcessTable.Sockets(gateway.ProcessId)} sockets, {_descriptors} -> {ProcessTable.Descriptors(gateway.ProcessId)} descriptors"));
        Assert.True(now - _resident < MaximumGrowth, $"{gateway.Name} after {storm}: from {_resident} to {now} bytes");
    }
}
