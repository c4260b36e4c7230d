using System.Net.Sockets;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Linux;

namespace Bridge.Gateway.Bench;

/// <summary>Finds and opens the channels of a run.</summary>
internal static class BenchConnector
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>The scenario's channels, or the only one that there is.</summary>
    /// <exception cref="CommandFailedException">There is none in time, or more than one.</exception>
    public static async Task<IReadOnlyList<string>> FindChannelsAsync(GatewayPlaces places, BenchScenario scenario, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        if (scenario.Channels.Count > 0)
            return scenario.Channels;
        string directory = Path.Combine(places.RunDirectory, scenario.Device, "channels");
        long begin = time.GetTimestamp();
        string[] there;
        while ((there = FreeChannels(directory)).Length == 0 && (patience == Timeout.InfiniteTimeSpan || time.GetElapsedTime(begin) < patience))
            await Task.Delay(Pace, time, cancellation);
        return there.Length switch
        {
            1 => there,
            0 => throw new CommandFailedException(ExitCode.Failure, $"no free channel is in {directory}: check the device's name and that the other side offers a service, or wait for it with --wait."),
            _ => throw new CommandFailedException(ExitCode.Usage, $"{scenario.Device} has several channels: name one or more of {string.Join(", ", there)}."),
        };
    }

    /// <summary>Opens all of them.</summary>
    /// <exception cref="CommandFailedException">One cannot be had; the message says why and what to do.</exception>
    public static async Task<List<BenchChannel>> ConnectAsync(GatewayPlaces places, BenchScenario scenario, TimeSpan patience, TextWriter notices, CancellationToken cancellation)
    {
        List<BenchChannel> channels = [];
        try
        {
            foreach (string name in scenario.Channels)
            {
                SocketTarget target = SocketTarget.Channel(places, scenario.Device, name);
                SeqPacketSocket socket = await new SocketConnector(target, patience, notices, TimeProvider.System).ConnectAsync(
                    static (path, _) => Task.FromResult(Connect(path)), cancellation);
                channels.Add(new BenchChannel(name, socket));
            }

            return channels;
        }
        catch
        {
            channels.ForEach(static channel => channel.Dispose());
            throw;
        }
    }

    /// <summary>The run's own kind of socket, with errors as those who explain them know them.</summary>
    private static SeqPacketSocket Connect(string path)
    {
        try
        {
            return SeqPacketSocket.Connect(path);
        }
        catch (LinuxException failure)
        {
            throw new SocketException((int)(failure.Errno switch
            {
                Errno.EACCES => SocketError.AccessDenied,
                Errno.ECONNREFUSED => SocketError.ConnectionRefused,
                Errno.ENOENT => SocketError.AddressNotAvailable,
                Errno.EAGAIN => SocketError.WouldBlock,
                _ => SocketError.SocketError,
            }));
        }
    }

    private static string[] FreeChannels(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFileSystemEntries(directory).Select(static path => Path.GetFileName(path)).Order()] : [];
}
