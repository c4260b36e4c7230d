using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Examples;

/// <summary>A test that starts programs as an ordinary user; skipped with the reason where that is not possible.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OrdinaryUserFactAttribute : FactAttribute
{
    public OrdinaryUserFactAttribute(params string[] programs)
    {
        string? missing = programs.FirstOrDefault(program => OrdinaryUser.FindProgram(program) is null);
        if (!Environment.IsPrivilegedProcess)
            Skip = "only root can start programs as another user";
        else if (!Programs.Exists("setpriv"))
            Skip = "the program setpriv is missing";
        else if (missing is not null)
            Skip = $"the program {missing} is missing, or an ordinary user may not run it";
        Needed = programs;
    }

    public IReadOnlyList<string> Needed { get; }
}
