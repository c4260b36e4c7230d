namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>Where programs are, also those for administrators that are not on everybody's PATH.</summary>
internal static class Programs
{
    private static readonly string[] Directories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin"];

    /// <summary>A PATH with all of them.</summary>
    public static string SearchPath => string.Join(':', Directories.Distinct());

    /// <summary>The file name of a program; the name itself if it is not there, so that the failure names it.</summary>
    public static string Path(string program) => Find(program) ?? program;

    public static bool Exists(string program) => Find(program) is not null;

    private static string? Find(string program) => Directories.Select(directory => System.IO.Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
