using System.Globalization;

namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>What the kernel tells about processes (proc(5)).</summary>
internal static class ProcessTable
{
    /// <summary>True while there is a process of that id that has not ended; one that only waits for its parent to notice has.</summary>
    public static bool Runs(int id)
    {
        try
        {
            // pid (comm) state ...: comm may hold anything, so from behind its last parenthesis.
            string stat = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What a process calls itself (comm); empty when it has gone.</summary>
    public static string Name(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/comm").TrimEnd('\n');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Bytes of memory that a process has in RAM (VmRSS).</summary>
    public static long ResidentBytes(int id)
    {
        string line = File.ReadLines($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/status").Single(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("VmRSS:".Length, line.Length - "VmRSS:".Length - " kB".Length), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>The processes that have this one as parent, threads' children included.</summary>
    public static int[] Children(int id)
    {
        List<int> children = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int child))
                continue;
            try
            {
                // ... state ppid: behind comm as above.
                string stat = File.ReadAllText($"{directory}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[1] == id.ToString(CultureInfo.InvariantCulture))
                    children.Add(child);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, so it is nobody's child.
            }
        }

        return [.. children];
    }

    /// <summary>How many sockets a process has open.</summary>
    public static int Sockets(int id) => Directory.GetFileSystemEntries($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/fd")
        // One that has been closed since has no target any more.
        .Count(static descriptor => new FileInfo(descriptor).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>How many file descriptors a process has open.</summary>
    public static int Descriptors(int id) => Directory.GetFileSystemEntries($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/fd").Length;
}
