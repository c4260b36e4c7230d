using Bridge.Linux;

namespace Bridge.Ports.Sockets;

/// <summary>
/// Where descriptors outlive this process, such as a service manager's descriptor store (sd_pid_notify_with_fds(3), FDSTORE=1): of what is kept here the application at the other
/// end notices nothing when the gateway is killed and begins again.
/// </summary>
/// <remarks>
/// Called in the device's turn, never per message; nothing may wait. Several devices share one store, so it must be thread-safe. Names begin with the device's name and a slash, are printable ASCII of at most
/// 255 characters without a colon, and are never used twice while the device's state lives. What is kept must stay although the other end has hung up (FDPOLL=0): what an application sent before it ended still lies in its socket.
/// <see cref="Keep"/> and <see cref="Forget"/> take effect in the order in which they are called.
/// </remarks>
public interface IDescriptorStore
{
    /// <summary>Keeps the open file behind a descriptor. The descriptor stays the caller's, who may close it at any time afterwards: an implementation that sends it later duplicates it first.</summary>
    /// <param name="name">Under which a successor asks for it.</param>
    /// <param name="descriptor">A socket.</param>
    /// <returns>False: it is not kept, as if there were no store.</returns>
    bool Keep(string name, FileDescriptor descriptor);

    /// <summary>It is not kept any more; nothing happens if it was not.</summary>
    /// <param name="name">As it was kept.</param>
    void Forget(string name);

    /// <summary>What a predecessor kept; the caller's from now on, and still kept until it is forgotten. Null: nothing of that name, or it was taken already.</summary>
    /// <param name="name">As the predecessor kept it.</param>
    FileDescriptor? Take(string name);

    /// <summary>Ends what a predecessor kept and nobody has taken: it is closed and forgotten. A device calls this once it has taken what it knows.</summary>
    /// <param name="prefix">Of the names, such as <c>soc/</c>.</param>
    /// <returns>How many there were.</returns>
    int EndOthers(string prefix);
}
