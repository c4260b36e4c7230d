using System.IO.Pipes;
using Bridge.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Linux.Tests;

/// <summary>A doorbell from a stranger never keeps this side waiting, whatever its owner does to the open file that both share.</summary>
public sealed class DoorbellTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Take_OfAnEmptyEventFdWhoseFlagIsTakenAway_ReturnsAtOnce()
    {
        using EventFd theirs = new();
        using Doorbell ours = new(MemoryFile.Duplicate(theirs.Descriptor));
        Block(theirs.Descriptor);
        Assert.True(await Task.Run(ours.Take).WaitAsync(s_patience));
        theirs.Signal();
        Assert.True(await Task.Run(ours.Take).WaitAsync(s_patience));
        Assert.True(await Task.Run(ours.Take).WaitAsync(s_patience));
    }

    [Fact]
    public async Task Ring_OfAFullEventFdWhoseFlagIsTakenAway_ReturnsAtOnce()
    {
        using EventFd theirs = new();
        using Doorbell ours = new(MemoryFile.Duplicate(theirs.Descriptor));
        Block(theirs.Descriptor);
        using (SafeFileHandle file = new(theirs.Descriptor.DangerousGetHandle(), ownsHandle: false))
            RandomAccess.Write(file, BitConverter.GetBytes(ulong.MaxValue - 1), 0);
        Assert.True(await Task.Run(ours.Ring).WaitAsync(s_patience));
        Assert.True(theirs.Take());
        Assert.True(await Task.Run(ours.Ring).WaitAsync(s_patience));
        Assert.True(theirs.Take());
    }

    [Fact]
    public async Task Pipe_FullOrEmptyWhoseFlagIsTakenAway_KeepsNobodyWaiting()
    {
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        using FileDescriptor read = Copy(pipe.ClientSafePipeHandle), write = Copy(pipe.SafePipeHandle);
        using Doorbell taken = new(MemoryFile.Duplicate(read)), rung = new(MemoryFile.Duplicate(write));
        Block(read);
        Block(write);
        Assert.True(await Task.Run(taken.Take).WaitAsync(s_patience));
        // A pipe holds 64 KiB, which is 8192 rings.
        Assert.True(await Task.Run(() => Enumerable.Range(0, 10_000).All(_ => rung.Ring())).WaitAsync(s_patience));
        Assert.True(await Task.Run(taken.Take).WaitAsync(s_patience));
    }

    [Fact]
    public void Socket_WhoseOtherEndIsClosed_SaysSo()
    {
        (DescriptorSocket ours, DescriptorSocket theirs) = DescriptorSocket.Pair();
        using Doorbell bell = new(ours.Descriptor);
        Assert.True(bell.Ring());
        Assert.True(bell.Take());
        theirs.Dispose();
        Assert.False(bell.Ring());
    }

    private static void Block(FileDescriptor descriptor)
    {
        const int GetFlags = 3, SetFlags = 4, NonBlocking = 0x800;
        Assert.Equal(0, Libc.fcntl(descriptor, SetFlags, Libc.fcntl(descriptor, GetFlags, 0) & ~NonBlocking));
    }

    private static FileDescriptor Copy(SafePipeHandle end)
    {
        using FileDescriptor borrowed = new((int)end.DangerousGetHandle());
        FileDescriptor copy = MemoryFile.Duplicate(borrowed);
        borrowed.SetHandleAsInvalid();
        return copy;
    }
}
