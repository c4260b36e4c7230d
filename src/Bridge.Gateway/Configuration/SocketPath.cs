using System.Text;

namespace Bridge.Gateway.Configuration;

/// <summary>Where applications find a device's sockets: <c>&lt;run&gt;/&lt;device&gt;/channels/&lt;name&gt;</c> and <c>.../services/&lt;name&gt;</c>.</summary>
internal static class SocketPath
{
    /// <summary>The socket on which an application offers a service.</summary>
    public static string Service(string runDirectory, string device, string name) => Path.Combine(runDirectory, device, "services", FileName(name));

    /// <summary>The socket of the newest channel of that name that the other side announced.</summary>
    public static string Channel(string runDirectory, string device, string name) => Path.Combine(runDirectory, device, "channels", FileName(name));

    /// <summary>A name as a file name: each byte outside <c>[A-Za-z0-9_-]</c> and inner dots is percent-encoded.</summary>
    public static string FileName(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        StringBuilder fileName = new(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            char c = (char)bytes[i];
            bool innerDot = c == '.' && i > 0 && i < bytes.Length - 1;
            _ = char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || innerDot
                ? fileName.Append(c)
                : fileName.Append('%').Append(Convert.ToHexString([bytes[i]]));
        }

        return fileName.ToString();
    }
}
