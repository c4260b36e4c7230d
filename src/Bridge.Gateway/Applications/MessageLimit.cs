using Bridge.Gateway.Admin;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Applications;

/// <summary>How long a message of a device may be. The sockets do not tell; the gateway does.</summary>
internal static class MessageLimit
{
    /// <summary>Bytes; null when the gateway does not answer or has no such device.</summary>
    public static async Task<int?> FindAsync(GatewayPlaces places, string device, CancellationToken cancellation)
    {
        using AdminClient admin = new(places.AdminSocket);
        try
        {
            GatewayReport status = await admin.GetStatusAsync(cancellation);
            return status.Devices.FirstOrDefault(found => found.Name == device)?.MaximumMessage;
        }
        catch (CommandFailedException)
        {
            // Who may use the sockets need not be allowed to ask; then the gateway itself refuses what is too long.
            return null;
        }
    }

    /// <summary>Something that the user asked for is longer than a message.</summary>
    public static CommandFailedException Exceeded(string asked, string option, int length, string device, int maximum) => new(
        ExitCode.Failure,
        $"{asked} is more than a message on {device} can hold, which is {maximum} bytes: use {option} {maximum} or less, or raise devices:{device}:rpmsg:bufferSize to {length + ApplicationSocket.HeaderLength} on both gateways.");
}
