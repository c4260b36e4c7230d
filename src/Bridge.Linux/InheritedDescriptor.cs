using System.Globalization;
using System.Net.Sockets;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>A descriptor that the service manager handed to this process at its start (sd_listen_fds(3)): a socket of a socket unit, or what the descriptor store kept.</summary>
/// <param name="Name">FileDescriptorName= of the unit, FDNAME= of what was stored; <c>unknown</c> where nobody gave one.</param>
/// <param name="Descriptor">Open and CLOEXEC; the receiver's.</param>
public sealed record InheritedDescriptor(string Name, FileDescriptor Descriptor)
{
    // sd_listen_fds(3): SD_LISTEN_FDS_START.
    private const int First = 3;

    /// <summary>Takes all that were handed to this process. Once: who asks again would own the same descriptors twice.</summary>
    /// <param name="variable">Reads an environment variable; null or empty: not set.</param>
    /// <exception cref="LinuxException">A promised descriptor is not open.</exception>
    public static IReadOnlyList<InheritedDescriptor> TakeAll(Func<string, string?> variable)
    {
        // A child of somebody who was handed some inherits the variables and not the descriptors.
        if (!IsNumber(variable("LISTEN_PID"), out int process) || process != Environment.ProcessId || !IsNumber(variable("LISTEN_FDS"), out int count))
        {
            return [];
        }

        string[] names = variable("LISTEN_FDNAMES") is { Length: > 0 } list ? list.Split(':') : [];
        List<InheritedDescriptor> all = [];
        for (int i = 0; i < count; i++)
        {
            FileDescriptor descriptor = new(First + i);
            if (Libc.fcntl(descriptor, Libc.F_SETFD, Libc.FD_CLOEXEC) != 0)
            {
                throw LinuxException.FromLast("fcntl", descriptor.ToString());
            }

            all.Add(new InheritedDescriptor(i < names.Length ? names[i] : "unknown", descriptor));
        }

        return all;
    }

    /// <summary>Gives the descriptor to a socket object.</summary>
    /// <exception cref="SocketException">ENOTSOCK: it is none; the descriptor is closed.</exception>
    public Socket TakeSocket()
    {
        SafeSocketHandle handle = new(Descriptor.DangerousGetHandle(), ownsHandle: true);
        Descriptor.SetHandleAsInvalid();
        try
        {
            return new Socket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static bool IsNumber(string? text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
