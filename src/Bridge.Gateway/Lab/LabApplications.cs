using System.Buffers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>
/// The two applications of the lab: <paramref name="driverSide"/> on a channel of the virtio side, <paramref name="deviceSide"/> on the service of the vhost side.
/// Plain sockets; they never acknowledge and never send again.
/// </summary>
internal sealed class LabApplications(Socket driverSide, Socket deviceSide, int maximumPayload, TimeProvider time) : IDisposable
{
    // Nothing for that long is a hang, whatever the machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Delivery> _deliveries = [];

    /// <summary>Messages that were accepted, in all directions and phases.</summary>
    public long Messages => _deliveries.Sum(d => d.Accepted);

    /// <summary>Accepted and never received.</summary>
    public long Lost => _deliveries.Sum(d => d.Lost);

    /// <summary>Received more than once, or never sent by anybody.</summary>
    public long Duplicated => _deliveries.Sum(d => d.Duplicated + d.Foreign);

    /// <summary>Received after a later one.</summary>
    public long Reordered => _deliveries.Sum(d => d.Reordered);

    /// <summary>Sends the file to the device side, which sends every message back as it comes. The SHA-256 of what the device side got and of what came back.</summary>
    public async Task<(byte[] There, byte[] Back)> TransferAsync(Stream file, Action<double> progress, CancellationToken cancellation)
    {
        int chunk = maximumPayload - Delivery.HeaderSize;
        int messages = checked((int)((file.Length + chunk - 1) / chunk));
        Delivery there = Add(messages), back = Add(messages);
        using var hashThere = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashBack = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] outgoing = new byte[maximumPayload];
        await Together(
            cancellation,
            async stop =>
            {
                for (int i = 0; i < messages; i++)
                {
                    int length = await file.ReadAtLeastAsync(outgoing.AsMemory(Delivery.HeaderSize), chunk, throwOnEndOfStream: false, stop);
                    there.Number(outgoing);
                    await SendAsync(driverSide, outgoing.AsMemory(0, Delivery.HeaderSize + length), there, stop);
                }
            },
            stop => ReceiveAsync(deviceSide, there, messages, hashThere, back, null, stop),
            stop => ReceiveAsync(driverSide, back, messages, hashBack, null, count => progress((double)count / messages), stop));
        return (hashThere.GetHashAndReset(), hashBack.GetHashAndReset());
    }

    /// <summary>One message at a time, there and back.</summary>
    public async Task<RoundTrips> PingPongAsync(int count, int length, Action<double> progress, CancellationToken cancellation)
    {
        var times = new RoundTrips();
        Delivery there = Add(count), back = Add(count);
        byte[] message = new byte[length];
        await Together(
            cancellation,
            async stop =>
            {
                for (int i = 0; i < count; i++)
                {
                    there.Number(message);
                    long begin = time.GetTimestamp();
                    await SendAsync(driverSide, message, there, stop);
                    await ReceiveAsync(driverSide, back, 1, null, null, null, stop);
                    times.Add(time.GetElapsedTime(begin));
                    progress((double)(i + 1) / count);
                }
            },
            stop => ReceiveAsync(deviceSide, there, count, null, back, null, stop));
        return times;
    }

    /// <summary>As many as fit, one way. Messages per second, from the first send to the last receive.</summary>
    public async Task<double> BurstAsync(int count, Action<double> progress, CancellationToken cancellation)
    {
        Delivery there = Add(count);
        byte[] message = new byte[maximumPayload];
        long begin = time.GetTimestamp();
        await Together(
            cancellation,
            async stop =>
            {
                for (int i = 0; i < count; i++)
                {
                    there.Number(message);
                    await SendAsync(driverSide, message, there, stop);
                }
            },
            stop => ReceiveAsync(deviceSide, there, count, null, null, received => progress((double)received / count), stop));
        return count / time.GetElapsedTime(begin).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        driverSide.Dispose();
        deviceSide.Dispose();
    }

    private Delivery Add(int capacity)
    {
        var delivery = new Delivery(capacity);
        _deliveries.Add(delivery);
        return delivery;
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> message, Delivery delivery, CancellationToken stop)
    {
        await socket.SendAsync(message, SocketFlags.None, stop);
        delivery.CountAccepted();
    }

    /// <summary>Receives a number of messages; hashes their content and sends each back, as asked.</summary>
    private async Task ReceiveAsync(
        Socket socket, Delivery delivery, int count, IncrementalHash? hash, Delivery? echo, Action<long>? progress, CancellationToken stop)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(maximumPayload);
        try
        {
            for (int i = 0; i < count; i++)
            {
                int length = await socket.ReceiveAsync(buffer.AsMemory(0, maximumPayload), SocketFlags.None, stop);
                if (length == 0)
                    throw new CommandFailedException(ExitCode.Failure, $"a channel ended after {delivery.Received} of {delivery.Accepted} messages.");
                if (delivery.CountReceived(buffer.AsSpan(0, length)))
                    hash?.AppendData(buffer, Delivery.HeaderSize, length - Delivery.HeaderSize);
                if (echo is not null)
                    await SendAsync(socket, buffer.AsMemory(0, length), echo, stop);
                if (progress is not null && i % 64 == 63)
                    progress(i + 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Runs the parts side by side; when one fails, or nothing is received for long, all end and that is what is reported.</summary>
    private async Task Together(CancellationToken cancellation, params Func<CancellationToken, Task>[] parts)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] running = [.. parts.Select(part => Task.Run(() => part(stop.Token), CancellationToken.None))];
        Task watch = WatchAsync(stop.Token);
        var open = new List<Task>(running) { watch };
        while (open.Count > 1)
        {
            Task ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (ended.IsCompletedSuccessfully)
                continue;
            await stop.CancelAsync();
            await Task.WhenAll(running).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await ended;
        }

        await stop.CancelAsync();
        await watch.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        long last = -1;
        while (true)
        {
            await Task.Delay(Patience, time, stop);
            long now = _deliveries.Sum(d => d.Received);
            if (now == last)
            {
                throw new CommandFailedException(
                    ExitCode.Failure, $"no message arrived for {Patience.TotalSeconds} s: {Messages} were accepted, {now} received.");
            }

            last = now;
        }
    }
}
