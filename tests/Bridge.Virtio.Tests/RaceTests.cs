namespace Bridge.Virtio.Tests;

/// <summary>Tests in which two threads race run alone, one after the other: only then do both threads have a processor.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RaceTests
{
    public const string Name = "race";
}
