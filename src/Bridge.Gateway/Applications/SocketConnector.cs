using System.Net.Sockets;

namespace Bridge.Gateway.Applications;

/// <summary>Connects to a gateway's application socket, waiting for it as long as the user wants.</summary>
/// <param name="target">The socket.</param>
/// <param name="patience">How long it may be missing or taken; <see cref="TimeSpan.Zero"/>: not at all; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
/// <param name="notices">Takes one line that says what is waited for.</param>
/// <param name="time">Paces the attempts.</param>
internal sealed class SocketConnector(SocketTarget target, TimeSpan patience, TextWriter notices, TimeProvider time)
{
    // Short against what a person notices, long against what an attempt costs.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>The connected socket.</summary>
    /// <exception cref="Commands.CommandFailedException">It cannot be had; the message says why and what to do.</exception>
    public Task<Socket> ConnectAsync(CancellationToken cancellation) => ConnectAsync(ApplicationSocket.ConnectAsync, cancellation);

    /// <summary>The same with another way to connect, which fails with a <see cref="SocketException"/> as well.</summary>
    /// <exception cref="Commands.CommandFailedException">It cannot be had; the message says why and what to do.</exception>
    public async Task<T> ConnectAsync<T>(Func<string, CancellationToken, Task<T>> connect, CancellationToken cancellation)
    {
        long begin = time.GetTimestamp();
        using PeriodicTimer pace = new(Pace, time);
        for (bool said = false; ;)
        {
            try
            {
                return await connect(target.Path, cancellation);
            }
            catch (SocketException failure)
            {
                bool isOver = patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(begin) >= patience;
                if (isOver || !said || failure.SocketErrorCode == SocketError.AccessDenied)
                {
                    ConnectProblem problem = await new ConnectDiagnosis(target).FindAsync(failure, cancellation);
                    if (isOver || !problem.MayPass)
                        throw problem.ToException(failure);
                    if (problem.IsPast)
                        continue;
                    await notices.WriteLineAsync($"rpmsg-bridge: waiting: {problem.What}");
                    said = true;
                }
            }

            await pace.WaitForNextTickAsync(cancellation);
        }
    }
}
