using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Applications;

/// <summary>Why an application socket cannot be had now.</summary>
/// <param name="ExitCode">How a command ends that does not wait.</param>
/// <param name="What">What is the matter, without a full stop.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="MayPass">Waiting may help.</param>
/// <param name="IsPast">It was so at the attempt and is not any more.</param>
internal sealed record ConnectProblem(ExitCode ExitCode, string What, string Advice, bool MayPass = true, bool IsPast = false)
{
    /// <summary>The whole sentence as an exception.</summary>
    public CommandFailedException ToException(Exception cause) => new(ExitCode, $"{What}: {Advice}.", cause);
}
