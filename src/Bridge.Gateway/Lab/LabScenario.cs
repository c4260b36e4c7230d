using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Lab;

/// <summary>One thing that the lab shows. An instance is for one run; what it starts ends when it is disposed, before the gateways do.</summary>
internal abstract class LabScenario(LabBench bench) : IAsyncDisposable
{
    /// <summary>The two gateways, the user's wishes and the terminal.</summary>
    protected LabBench Bench { get; } = bench;

    /// <summary>What a person does next, for <c>--keep</c>; known when <see cref="RunAsync"/> has ended.</summary>
    public abstract string Invitation { get; }

    /// <summary>Starts the gateways and what else there must be, measures, and reports.</summary>
    /// <exception cref="Commands.CommandFailedException">Something is missing on this machine, or did not come about: a sentence that says what to do.</exception>
    public abstract Task<LabReport> RunAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
