using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests.Messages;

/// <summary>The application at the far side: connects to everything that it is given, and responds on all of it.</summary>
internal static class RespondingApplication
{
    public const string Role = "application";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Arguments: KIND PATH, as often as wanted. Ready when all are connected.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using CancellationTokenSource limit = new(Patience);
        MessagePath[] paths = await Task.WhenAll(arguments.Chunk(2).Select(pair => PathConnector.ConnectAsync(Enum.Parse<PathKind>(pair[0]), pair[1], MessagePath.Unbounded, limit.Token)));
        foreach (MessagePath path in paths)
            Responder.Start(path);
        ParentWatch.SayReady();
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
        return 0;
    }
}
