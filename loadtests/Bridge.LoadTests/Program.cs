using Bridge.Link.Transports;
using Bridge.LoadTests;
using Bridge.LoadTests.Engine;
using Bridge.LoadTests.Floors;
using Bridge.LoadTests.Messages;
using Bridge.LoadTests.Processes;

// The parts of a rig are processes of their own, which are this program in another role.
string role = args.FirstOrDefault() ?? "run";
string[] rest = [.. args.Skip(1)];
if (role != "run")
    ParentWatch.EndWithStandardInput(commands: role == EngineProgram.Role);
// What is held against a gateway reads its sockets as a gateway does.
if (role is TransportPeer.Role or PassThroughProgram.Role or EngineProgram.Role)
    SocketThreads.KeepCompletions();
return role switch
{
    "run" => await LoadTestRun.RunAsync(rest),
    RespondingApplication.Role => await RespondingApplication.RunAsync(rest),
    TransportPeer.Role => await TransportPeer.RunAsync(rest),
    PassThroughProgram.Role => await PassThroughProgram.RunAsync(rest),
    DelayRelay.Role => await DelayRelay.RunAsync(rest),
    EngineProgram.Role => await EngineProgram.RunAsync(rest),
    _ => throw new ArgumentException($"there is no role {role}"),
};
