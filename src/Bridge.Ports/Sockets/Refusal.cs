using Bridge.Linux;

namespace Bridge.Ports.Sockets;

/// <summary>Why an application does not get what it asked for.</summary>
/// <param name="Errno">The kernel's word for it, which programs tell apart.</param>
/// <param name="Sentence">What is wrong and what to do next, for people.</param>
internal sealed record Refusal(Errno Errno, string Sentence);
