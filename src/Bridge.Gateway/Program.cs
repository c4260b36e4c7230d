using Bridge.Gateway.Commands;

return await ProgramCommand.InvokeAsync(args);
