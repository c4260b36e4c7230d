using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;
using Bridge.Gateway.Tests.Admin;

namespace Bridge.Gateway.Tests.Service;

/// <summary>A gateway that answers its first question, and each later one when the test says so.</summary>
internal sealed class GatedReports : IGatewayReports, IDisposable
{
    private readonly SemaphoreSlim _asked = new(0), _answers = new(1);

    public LinkState State { get; set; } = LinkState.Up;

    public async Task<GatewayReport> StatusAsync()
    {
        _asked.Release();
        await _answers.WaitAsync();
        return await new FakeReports { State = State, DriverOk = State == LinkState.Up }.StatusAsync();
    }

    public Task<ChannelsReport> ChannelsAsync() => throw new NotSupportedException();

    public Task<RingsReport> RingsAsync() => throw new NotSupportedException();

    /// <summary>Waits for a question.</summary>
    public async Task UntilAskedAsync() => Assert.True(await _asked.WaitAsync(Bounds.Limit));

    public void Dispose()
    {
        _asked.Dispose();
        _answers.Dispose();
    }

    /// <summary>Answers one question.</summary>
    public void Answer() => _answers.Release();
}
