using Bridge.EndToEnd.Tests.Examples;

namespace Bridge.EndToEnd.Tests.Client;

/// <summary>The program of the client package's README, built once against the package.</summary>
public sealed class PackageReadmeProgram : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Assembly { get; private set; } = "";

    public async Task InitializeAsync() =>
        Assembly = await ConsoleProject.BuildAsync(_directory, ReadmeExample.Read("src/Bridge.Client/README.md", "client package"));

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();
}
