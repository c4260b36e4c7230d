namespace Bridge.Architecture.Tests;

/// <summary>One C# file.</summary>
/// <param name="Path">Relative to the repository, with '/'.</param>
/// <param name="Code">Without comments and strings.</param>
internal sealed record SourceFile(string Path, string Code);
