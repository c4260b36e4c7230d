using Bridge.Gateway.Commands;
using Bridge.Link.Transports;
using Bridge.Linux;

// Before any key is read. Where the system refuses, `run` says so in its log.
ProcessMemory.KeepPrivate();
SocketThreads.KeepCompletions();
return await ProgramCommand.InvokeAsync(args);
