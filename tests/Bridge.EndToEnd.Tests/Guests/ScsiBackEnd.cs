using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>These tests' own vhost-user back end for SCSI (<c>tests/scsi/vhost-user-scsi</c>): no package has one.</summary>
internal static class ScsiBackEnd
{
    /// <summary>What runs it.</summary>
    public const string Program = "python3";

    /// <summary>Offers a raw image, writable, at a socket. It listens when this is over.</summary>
    public static async Task<RunningProcess> StartAsync(string image, string socket)
    {
        RunningProcess process = RunningProcess.Start(Machine.Here.Command(
            Programs.Path(Program), Path.Combine(Repository.Root, "tests", "scsi", "vhost-user-scsi"), socket, image));
        try
        {
            await process.WaitForAsync("ready", process.Output);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
