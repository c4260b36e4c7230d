using System.Diagnostics;
using System.Globalization;

namespace Bridge.Linux.Tests;

/// <summary>What a child gets that its parent had.</summary>
public sealed class InheritableDescriptorsTests
{
    private const int First = 20;

    [Fact]
    public async Task Child_Started_HasTheCopiesUnderTheirNumbersInOrder()
    {
        using FileDescriptor a = MemoryFile.Create("first", 1, sealable: false), b = MemoryFile.Create("second", 1, sealable: false);
        using InheritableDescriptors copies = new([a, b], First);
        int[] numbers = [.. copies.Numbers];
        Assert.All(numbers, number => Assert.InRange(number, First, int.MaxValue));

        await RunAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"test \"$(readlink /proc/self/fd/{numbers[0]})\" = '/memfd:first (deleted)' && test \"$(readlink /proc/self/fd/{numbers[1]})\" = '/memfd:second (deleted)'"));
    }

    [Fact]
    public async Task Child_StartedAfterDisposal_HasNone()
    {
        using EventFd bell = new();
        int number;
        using (InheritableDescriptors copies = new([bell.Descriptor], First))
            number = copies.Numbers.Single();

        await RunAsync(string.Create(CultureInfo.InvariantCulture, $"! test -e /proc/self/fd/{number}"));
    }

    private static async Task RunAsync(string line)
    {
        using Process shell = Process.Start("/bin/sh", ["-c", line]);
        await shell.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, shell.ExitCode);
    }
}
