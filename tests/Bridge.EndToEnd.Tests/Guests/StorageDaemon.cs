using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>QEMU's own vhost-user back end for disks.</summary>
internal static class StorageDaemon
{
    /// <summary>The program.</summary>
    public const string Program = "qemu-storage-daemon";

    /// <summary>Exports a raw image, writable, at a socket.</summary>
    public static RunningProcess Start(string image, string socket, int queues = 1) => RunningProcess.Start(Machine.Here.Command(
        Programs.Path(Program),
        [
            "--blockdev", $"driver=file,node-name=file,filename={image}",
            "--blockdev", "driver=raw,node-name=disk,file=file",
            "--export", $"type=vhost-user-blk,id=export,node-name=disk,writable=on,num-queues={queues},addr.type=unix,addr.path={socket}",
        ]));
}
