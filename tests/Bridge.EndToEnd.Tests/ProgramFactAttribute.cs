using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests;

/// <summary>A test that needs a program; skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program)
    {
        Program = program;
        if (!Programs.Exists(program))
            Skip = $"the program {program} is missing";
    }

    public string Program { get; }
}
