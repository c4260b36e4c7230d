using Bridge.Linux;
using Bridge.Ports.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets;

public sealed class RunDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private const UnixFileMode Searchable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _run = new();

    public void Dispose() => _run.Dispose();

    private SocketsOptions Options => new() { Device = "d", RunDirectory = _run.Path, Services = [new ServiceOptions("s")] };

    [Fact]
    public async Task Open_SocketsOfAnEarlierGateway_AreRemovedAndNothingElse()
    {
        await using (MakePort(Options))
        {
        }

        SeqPacketListener.Bind(_run["d/channels/stale"], OwnerAndGroup, group: null, backlog: 0).Dispose();
        SeqPacketListener.Bind(_run["d/services/s"], OwnerAndGroup, group: null, backlog: 0).Dispose();
        File.WriteAllText(_run["d/endpoints/file"], "kept");
        Directory.CreateDirectory(_run["d/endpoints/directory"]);

        await using SocketsDevicePort port = MakePort(Options);

        Assert.Equal(["channels", "control", "endpoints", "endpoints/directory", "endpoints/file", "services", "services/s", "stream"], _run.Names("d"));
        Assert.Equal("kept", File.ReadAllText(_run["d/endpoints/file"]));
        Application.Connect(_run["d/services/s"]).Dispose();
    }

    [Fact]
    public async Task Open_NameOfAServiceIsTakenByAFile_IsUnavailableAndTheFileStays()
    {
        await using (MakePort(Options))
        {
        }

        File.WriteAllText(_run["d/services/s"], "kept");
        await using SocketsDevicePort port = MakePort(Options);

        EntryStatus entry = Assert.Single(port.ReadStatus().Entries);
        Assert.Equal(EntryState.Unavailable, entry.State);
        Assert.Contains("EEXIST", entry.Failure, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(_run["d/services/s"]));
    }

    [Fact]
    public async Task Retry_NameIsFreeAgain_SocketAppears()
    {
        SettableTime time = new();
        await using (MakePort(Options))
        {
        }

        File.WriteAllText(_run["d/services/s"], "");
        await using SocketsDevicePort port = new(Options, () => { }, NullLogger.Instance, time);
        File.Delete(_run["d/services/s"]);
        port.Pump();
        Assert.False(File.Exists(_run["d/services/s"]));

        time.Now += TimeSpan.FromSeconds(1);
        port.Pump();

        Assert.Equal(EntryState.Free, Assert.Single(port.ReadStatus().Entries).State);
        Assert.Equal(1, port.ReadStatus().Counters.SocketFailures);
    }

    [Fact]
    public async Task Open_UsedByAnotherGateway_IsRefused()
    {
        await using SocketsDevicePort port = MakePort(Options);

        RunDirectoryException failure = Assert.Throws<RunDirectoryException>(() => MakePort(Options));

        Assert.Equal((RunDirectoryFault.Locked, _run["d"]), (failure.Fault, failure.Path));
        Application.Connect(_run["d/services/s"]).Dispose();
    }

    [Fact]
    public async Task Open_OtherDeviceInTheSameRunDirectory_Works()
    {
        await using SocketsDevicePort port = MakePort(Options);
        await using SocketsDevicePort other = MakePort(Options with { Device = "e" });

        Assert.True(File.Exists(_run["e/services/s"]));
    }

    [Fact]
    public async Task Open_LongestPathThatFits_Works()
    {
        // run + /device + /endpoints/ + 31 + . + 10 = 107
        int room = 107 - "/endpoints/".Length - 31 - 1 - 10 - _run.Path.Length - 1;
        SocketsOptions options = Options with { Device = new string('d', room), Services = [new ServiceOptions(new string('s', 31))] };

        await using SocketsDevicePort port = MakePort(options);

        Application.Connect(_run[$"{options.Device}/services/{new string('s', 31)}"]).Dispose();
        RunDirectoryException failure = Assert.Throws<RunDirectoryException>(() => MakePort(options with { Device = new string('d', room + 1) }));
        Assert.Equal(RunDirectoryFault.PathTooLong, failure.Fault);
        Assert.Contains("1 bytes too long", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run[new string('d', room + 1)]));
    }

    [Fact]
    public async Task Open_DefaultMode_SocketsForOwnerAndGroupDirectoriesNotWritable()
    {
        await using SocketsDevicePort port = MakePort(Options);

        Assert.Equal(OwnerAndGroup, FileEntry.ReadStatus(_run["d/services/s"])!.Value.Mode);
        foreach (string directory in new[] { "d", "d/channels", "d/endpoints", "d/services" })
        {
            Assert.Equal(Searchable | UnixFileMode.GroupRead | UnixFileMode.GroupExecute, FileEntry.ReadStatus(_run[directory])!.Value.Mode);
        }

        Assert.Equal(Searchable, FileEntry.ReadStatus(_run["d/.new"])!.Value.Mode);
    }

    [Fact]
    public async Task Open_OwnerOnlyMode_ClosesDirectoriesToo()
    {
        await using SocketsDevicePort port = MakePort(Options with { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileEntry.ReadStatus(_run["d/services/s"])!.Value.Mode);
        Assert.Equal(Searchable, FileEntry.ReadStatus(_run["d"])!.Value.Mode);
    }

    [Theory]
    [InlineData("daemon")]
    [InlineData("1")]
    public async Task Open_Group_OwnsSocketsAndDirectories(string group)
    {
        if (UserGroup.EffectiveUserId != 0)
        {
            // Only root may give files to any group; for others the error must say so.
            Assert.Equal(RunDirectoryFault.Group, Assert.Throws<RunDirectoryException>(() => MakePort(Options with { Group = group })).Fault);
            return;
        }

        uint id = UserGroup.FindGroup("daemon")!.Value;
        await using SocketsDevicePort port = MakePort(Options with { Group = group });

        Assert.Equal(id, FileEntry.ReadStatus(_run["d/services/s"])!.Value.GroupId);
        Assert.Equal(id, FileEntry.ReadStatus(_run["d/services"])!.Value.GroupId);
        Assert.Equal(id, FileEntry.ReadStatus(_run["d"])!.Value.GroupId);
    }

    [Fact]
    public void Open_UnknownGroup_IsRefused()
    {
        RunDirectoryException failure = Assert.Throws<RunDirectoryException>(() => MakePort(Options with { Group = "no-such-group-here" }));

        Assert.Equal(RunDirectoryFault.Group, failure.Fault);
        Assert.Contains("no-such-group-here", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DirectoryIsALink_IsRefused()
    {
        Directory.CreateDirectory(_run["elsewhere"]);
        File.CreateSymbolicLink(_run["d"], _run["elsewhere"]);

        Assert.Equal(RunDirectoryFault.NotADirectory, Assert.Throws<RunDirectoryException>(() => MakePort(Options)).Fault);
        Assert.Empty(Directory.GetFileSystemEntries(_run["elsewhere"]));
    }

    [Fact]
    public void Open_DirectoryOthersMayWriteTo_IsRefused()
    {
        Directory.CreateDirectory(_run["d"]);
        File.SetUnixFileMode(_run["d"], Searchable | UnixFileMode.GroupWrite);

        Assert.Equal(RunDirectoryFault.WritableByOthers, Assert.Throws<RunDirectoryException>(() => MakePort(Options)).Fault);
    }

    [Fact]
    public async Task Open_RunDirectoryOthersMayWriteTo_IsRefusedUnlessSticky()
    {
        const UnixFileMode Everybody = (UnixFileMode)0x1FF;
        Directory.CreateDirectory(_run["open"]);
        File.SetUnixFileMode(_run["open"], Everybody);
        SocketsOptions options = Options with { RunDirectory = _run["open"] };

        Assert.Equal(RunDirectoryFault.WritableByOthers, Assert.Throws<RunDirectoryException>(() => MakePort(options)).Fault);
        File.SetUnixFileMode(_run["open"], Everybody | UnixFileMode.StickyBit);
        await using SocketsDevicePort port = MakePort(options);
        Assert.True(File.Exists(_run["open/d/services/s"]));
    }

    [Fact]
    public void Open_RunDirectoryIsAFile_IsRefused()
    {
        File.WriteAllText(_run["file"], "");

        Assert.Equal(
            RunDirectoryFault.NotADirectory,
            Assert.Throws<RunDirectoryException>(() => MakePort(Options with { RunDirectory = _run["file"] })).Fault);
    }

    [Fact]
    public async Task Dispose_Always_RemovesSocketsAndReleasesTheLock()
    {
        await MakePort(Options).DisposeAsync();

        Assert.Empty(_run.Names("d/services"));
        await using SocketsDevicePort again = MakePort(Options);
    }

    [Fact]
    public async Task Open_FixedAddressInTheDynamicRange_IsNotTakenByAnother()
    {
        await using SocketsDevicePort port = MakePort(Options with { Services = [new ServiceOptions("a"), new ServiceOptions("b", 1024)] });

        Assert.Equal([("a", 1025u), ("b", 1024u)], port.ReadStatus().Entries.Select(e => (e.Name, e.LocalAddress!.Value)));
    }

    [Fact]
    public void Construct_SeveralErrors_NamesThemAll()
    {
        SocketsOptions options = Options with
        {
            Device = "../d",
            Quota = 0,
            Mode = UnixFileMode.UserExecute,
            Services = [new ServiceOptions(""), new ServiceOptions("x", 53), new ServiceOptions("y", 70), new ServiceOptions("y", 70)],
        };

        IReadOnlyList<string> errors = options.FindErrors();

        Assert.Equal(7, errors.Count);
        ArgumentException failure = Assert.Throws<ArgumentException>(() => MakePort(options));
        Assert.All(errors, error => Assert.Contains(error, failure.Message, StringComparison.Ordinal));
    }

    private static SocketsDevicePort MakePort(SocketsOptions options) => new(options, () => { }, NullLogger.Instance);

    private sealed class SettableTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
