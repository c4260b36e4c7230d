using System.Diagnostics;
using System.Globalization;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Examples;

/// <summary>A user without privileges and without an entry in /etc/passwd, as whom root starts programs.</summary>
/// <param name="Group">A supplementary group; null: a member of none.</param>
internal sealed record OrdinaryUser(int? Group)
{
    /// <summary>The group that may connect in these tests.</summary>
    public const int SocketsGroup = 54711;

    private const int UserId = 54242;
    private const UnixFileMode Everybody = UnixFileMode.OtherExecute;

    public static OrdinaryUser Member { get; } = new(SocketsGroup);

    public static OrdinaryUser Outsider { get; } = new((int?)null);

    /// <summary>A program that this user may run: what lies below root's home is not. Null if there is none.</summary>
    public static string? FindProgram(string name) =>
        Programs.SearchPath.Split(':').Select(directory => Path.Combine(directory, name)).FirstOrDefault(path => File.Exists(path) && IsReachable(path));

    /// <summary>Starts a program as this user.</summary>
    public RunningProcess Start(string program, IEnumerable<string> arguments, string runDirectory)
    {
        string groups = Group is { } group ? string.Create(CultureInfo.InvariantCulture, $"--groups={group}") : "--clear-groups";
        ProcessStartInfo start = new(
            Programs.Path("setpriv"), [$"--reuid={Number(UserId)}", $"--regid={Number(UserId)}", groups, "--", program, .. arguments]);
        // The run directory as systemd's RuntimeDirectory= gives it.
        return RunningProcess.Start(start, [KeyValuePair.Create("RUNTIME_DIRECTORY", runDirectory), KeyValuePair.Create("HOME", "/"), KeyValuePair.Create("LC_ALL", "C.UTF-8")]);
    }

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static bool IsReachable(string path)
    {
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return Ancestors(path).Concat(Ancestors(target)).All(one => (File.GetUnixFileMode(one) & Everybody) != 0);
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (string? one = path; one is not null; one = Path.GetDirectoryName(one))
            yield return one;
    }
}
