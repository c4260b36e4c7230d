namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>
/// User-mode Linux hangs in its own restart: it spins before it has opened its memory, and so before any device. Seen in about one restart of a hundred, only on a busy machine. The
/// signals of the kernel before are still pending then.
/// </summary>
internal sealed class GuestHungException(string log) : Exception($"The guest's kernel hangs before it has any memory. {log}")
{
    // Restarts of one test, each of which may hang.
    private const int Attempts = 3;

    /// <summary>Runs a test once more whose guest's kernel never got as far as what is tested.</summary>
    public static async Task AgainAsync(Func<Task> test)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await test();
                return;
            }
            catch (GuestHungException) when (attempt < Attempts)
            {
            }
        }
    }
}
