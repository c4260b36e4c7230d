using System.Text.RegularExpressions;

namespace Bridge.Virtio.Tests;

/// <summary>Rules that the compiler cannot check, read from the sources of the whole tree.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>The only file that may order memory accesses or know where a field of a ring lies.</summary>
    private const string Accessors = "Bridge.Virtio/SplitRing.cs";

    /// <summary>The only files that may hold pointers: the accessors, and memory itself.</summary>
    private static readonly string[] Pointers =
        [Accessors, "Bridge.Virtio/Window.cs", "Bridge.Virtio/WindowMemory.cs", "Bridge.Virtio/HeapMemory.cs", "Bridge.Virtio/ForeignMemory.cs"];

    private static readonly IReadOnlyList<(string Path, string Code)> Sources = SourceTree.Read();

    private static IEnumerable<(string Path, string Code)> Virtio => Sources.Where(file => file.Path.StartsWith("Bridge.Virtio/", StringComparison.Ordinal));

    [Fact]
    public void Sources_Tree_IsFound()
    {
        Assert.Contains(Virtio, file => file.Path == Accessors);
        foreach (string path in Pointers)
            Assert.Contains(Virtio, file => file.Path == path);
    }

    [Fact]
    public void MemoryOrdering_Virtio_OnlyInTheNamedAccessors() =>
        Assert.Empty(SourceTree.Find(Virtio.Where(file => file.Path != Accessors), Ordering()));

    [Fact]
    public void MemoryOrdering_Accessors_AreSeenByThePattern() =>
        Assert.NotEmpty(SourceTree.Find(Virtio.Where(file => file.Path == Accessors), Ordering()));

    /// <summary>What a neighbour can change is fetched in one place each, so that there is no second fetch after the check.</summary>
    [Theory]
    [InlineData("CopyDescriptor", "Bridge.Virtio/ChainReader.cs")]
    [InlineData("LoadAvailableEntry", "Bridge.Virtio/DeviceQueue.cs")]
    [InlineData("LoadUsedEntry", "Bridge.Virtio/DriverQueue.cs")]
    public void SharedMemory_Accessor_IsCalledInOnePlace(string accessor, string path)
    {
        string hit = Assert.Single(SourceTree.Find(Virtio.Where(file => file.Path != Accessors), new Regex($@"\b{accessor}\s*\(")));
        Assert.StartsWith(path + ":", hit, StringComparison.Ordinal);
    }

    [Fact]
    public void Pointers_Virtio_OnlyInRingAndWindow() =>
        Assert.Empty(SourceTree.Find(Virtio.Where(file => !Pointers.Contains(file.Path)), Pointer()));

    [Fact]
    public void RingFields_Virtio_AreAddressedOnlyInTheNamedAccessors() =>
        Assert.Empty(SourceTree.Find(Virtio.Where(file => file.Path != Accessors), FieldArithmetic()));

    [Fact]
    public void RingParts_WholeTree_AreNeverReachedThroughTheWindow() =>
        Assert.Empty(SourceTree.Find(Sources, RingThroughWindow()));

    /// <summary>The one exception is the legacy layout's default, which has nothing to do with pages.</summary>
    [Fact]
    public void PageSize_WholeTree_LiteralStandsOnlyInTheLegacyLayout()
    {
        string hit = Assert.Single(SourceTree.Find(Sources, Literal4096()));
        Assert.StartsWith("Bridge.Virtio/RingLayout.cs:", hit, StringComparison.Ordinal);
        Assert.Matches("const uint LegacyAlignment = 4096;", Sources.Single(file => file.Path == "Bridge.Virtio/RingLayout.cs").Code);
    }

    [Fact]
    public void PageSize_Virtio_IsNotSpeltOtherwiseEither() => Assert.Empty(SourceTree.Find(Virtio, FourKibibytes()));

    [Fact]
    public void Virtio_ThreadsAndSystemCalls_AreAbsent() => Assert.Empty(SourceTree.Find(Virtio, ThreadOrSystemCall()));

    [Fact]
    public void Unsafe_VirtioFiles_SayWhyItIsSafe()
    {
        foreach ((string path, string code) in Virtio)
        {
            // WindowMemory only declares a pointer and follows none.
            if (!Pointer().IsMatch(code) || path == "Bridge.Virtio/WindowMemory.cs")
                continue;
            Assert.Contains("SAFETY", SourceTree.ReadRaw(path), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Volatile.Read(ref x)", true)]
    [InlineData("Volatile . Write(ref x, 1)", true)]
    [InlineData("Interlocked.MemoryBarrier()", true)]
    [InlineData("Interlocked.Exchange(ref x, 1)", true)]
    [InlineData("Thread.MemoryBarrier()", true)]
    [InlineData("volatile int x;", true)]
    [InlineData("// Volatile.Read", false)]
    [InlineData("/* Volatile.Read */ int x;", false)]
    [InlineData("string s = \"Volatile.Read\";", false)]
    [InlineData("int volatileness;", false)]
    public void Ordering_Pattern_SeesCodeOnly(string code, bool seen) => Assert.Equal(seen, Ordering().IsMatch(SourceTree.Strip(code)));

    [Theory]
    [InlineData("*(ushort*)p = 1;", true)]
    [InlineData("byte* p = null;", true)]
    [InlineData("nint p = 0;", true)]
    [InlineData("ref byte b = ref Unsafe.Add(ref c, 1);", true)]
    [InlineData("MemoryMarshal.Cast<byte, ushort>(span)", true)]
    [InlineData("int a = b * c;", false)]
    [InlineData("/// byte* in a comment", false)]
    public void Pointer_Pattern_SeesRawAccess(string code, bool seen) => Assert.Equal(seen, Pointer().IsMatch(SourceTree.Strip(code)));

    [Theory]
    [InlineData("window.GetSpan(layout.Used + 2, 2)", true)]
    [InlineData("_window.TryGetSpan(_layout.Available, 4, out s)", true)]
    [InlineData("window.GetSpan(segment.Address, segment.Length)", false)]
    public void RingThroughWindow_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, RingThroughWindow().IsMatch(code));

    [Theory]
    [InlineData("layout.Available + 2", true)]
    [InlineData("layout.Used + IndexOffset", true)]
    [InlineData("layout.Available - 2", true)]
    [InlineData("layout.Used == x", false)]
    public void FieldArithmetic_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, FieldArithmetic().IsMatch(code));

    [Theory]
    [InlineData("x = 4096;", true)]
    [InlineData("x = 4_096u;", true)]
    [InlineData("x = 40960; y = 14096; z = 0x4096;", false)]
    public void Literal4096_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, Literal4096().IsMatch(code));

    [Theory]
    [InlineData("x = 0x1000;", true)]
    [InlineData("x = 0x0000_1000UL;", true)]
    [InlineData("x = 1 << 12;", true)]
    [InlineData("x = 4 * 1024;", true)]
    [InlineData("x = 4095;", true)]
    [InlineData("x = 0xfff;", true)]
    [InlineData("x = Environment.SystemPageSize;", true)]
    [InlineData("y = 14095; z = 0x10000; w = 64 * 1024; v = 4 * 10240; u = 0xffff;", false)]
    public void FourKibibytes_Pattern_SeesItsSpellings(string code, bool seen) => Assert.Equal(seen, FourKibibytes().IsMatch(code));

    [GeneratedRegex(@"\bVolatile\s*\.|\bInterlocked\s*\.|\bThread\s*\.\s*(MemoryBarrier|Volatile)|\bvolatile\b")]
    private static partial Regex Ordering();

    [GeneratedRegex(@"\b(byte|sbyte|short|ushort|int|uint|long|ulong|void)\s*\*|\bn?u?int(?<=nint|nuint)\b|\bIntPtr\b|\bUnsafe\s*\.|\bMemoryMarshal\s*\.")]
    private static partial Regex Pointer();

    [GeneratedRegex(@"\blayout\s*\.\s*(Available|Used|Descriptors)\s*[-+]", RegexOptions.IgnoreCase)]
    private static partial Regex FieldArithmetic();

    [GeneratedRegex(@"Get(Span|Pointer)\s*\([^;]*?layout\s*\.\s*(Available|Used|Descriptors)", RegexOptions.IgnoreCase)]
    private static partial Regex RingThroughWindow();

    [GeneratedRegex(@"(?<![\w.])(4_?095|0x0*_?0*1_?000|0x0*fff|1U?L?\s*<<\s*12|4\s*\*\s*1_?024)(U?L?)\b(?!_)|\bSystemPageSize\b", RegexOptions.IgnoreCase)]
    private static partial Regex FourKibibytes();

    [GeneratedRegex(@"(?<![\w.])4_?096(U?L?)\b(?!_)", RegexOptions.IgnoreCase)]
    private static partial Regex Literal4096();

    [GeneratedRegex(@"\b(LibraryImport|DllImport|NativeLibrary|Task|ThreadPool|Monitor|Timer|Semaphore\w*)\b|\bnew\s+Thread\b|\block\s*\(|\b(async|await)\b")]
    private static partial Regex ThreadOrSystemCall();
}
