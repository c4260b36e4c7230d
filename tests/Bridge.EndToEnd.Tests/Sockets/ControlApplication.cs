using System.Text.Json;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>The Python program at a control socket.</summary>
internal sealed class ControlApplication(string path) : IAsyncDisposable
{
    private readonly RunningProcess _process = PythonPrograms.StartControl(path);
    private int _asked;

    /// <summary>One request and its reply.</summary>
    public async Task<JsonElement> AskAsync(string request)
    {
        await _process.TypeAsync(request);
        int replies = ++_asked;
        await Bounds.UntilAsync(
            () =>
            {
                Assert.False(_process.HasExited, _process.Describe());
                return _process.Output.ToList().Count >= replies;
            },
            $"the reply to {request}",
            _process.Describe);
        return JsonDocument.Parse(_process.Output.ToList()[replies - 1]).RootElement;
    }

    /// <summary>The same, which must be carried out.</summary>
    public async Task<JsonElement> DoAsync(string request)
    {
        JsonElement reply = await AskAsync(request);
        Assert.True(reply.GetProperty("ok").GetBoolean(), $"{request}: {reply}");
        return reply;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
