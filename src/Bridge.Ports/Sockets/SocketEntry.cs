using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// One name below the device's directory that an application can connect to. One opener at a time: while it is taken its socket is gone, so that
/// <c>connect()</c> fails at once instead of waiting in a queue.
/// </summary>
internal sealed class SocketEntry(LocalSockets owner, EntryKind kind, string name, string file) : PollTarget
{
    public EntryKind Kind { get; } = kind;

    /// <summary>The service's name as announced or configured.</summary>
    public string Name { get; } = name;

    /// <summary>The file's name.</summary>
    public string File { get; } = file;

    /// <summary>Directory and file, for logs and status.</summary>
    public string Path { get; } = owner.PathOf(kind, file);

    /// <summary>The announced address that a new conversation is bound to; ANY for a service.</summary>
    public uint Remote { get; set; } = RpmsgAddress.Any;

    /// <summary>Only a service has one before it is opened.</summary>
    public LocalEndpoint? Service { get; init; }

    public SeqPacketListener? Listener { get; set; }

    /// <summary>The opener.</summary>
    public Conversation? Conversation { get; set; }

    /// <summary>Why it cannot be connected to although it should; null if it can.</summary>
    public LinuxException? Failure { get; set; }

    /// <summary>It has been withdrawn: nothing appears again when the opener leaves.</summary>
    public bool IsRemoved { get; set; }

    public override FileDescriptor Descriptor => Listener!.Descriptor;

    public override void OnReady(PollEvents events) => owner.Accept(this);
}
