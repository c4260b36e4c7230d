using System.Diagnostics;

namespace Bridge.Linux.Tests;

public sealed class LockFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rpmsg-lock-").FullName;

    private string File => Path.Combine(_directory, "lock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void TryTake_Held_FindsTheHolder()
    {
        using LockFile? first = LockFile.TryTake(File);

        Assert.NotNull(first);
        Assert.Null(LockFile.TryTake(File));
    }

    [Fact]
    public async Task Dispose_WhileChildrenAreBeingMade_FreesTheLock()
    {
        // A child has copies of all descriptors until it becomes another program, and a lock lasts as long as one of them.
        const int Children = 100;
        using CancellationTokenSource made = new();
        Task making = Task.Run(async () =>
        {
            for (int i = 0; i < Children; i++)
            {
                using Process child = Process.Start("true");
                await child.WaitForExitAsync();
            }

            await made.CancelAsync();
        });
        for (long taken = 0; !made.IsCancellationRequested; taken++)
        {
            LockFile? file = LockFile.TryTake(File);
            Assert.True(file is not null, $"held by nobody, after {taken} times");
            file.Dispose();
        }

        await making;
    }
}
