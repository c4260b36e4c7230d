using System.Net;

namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>Addresses for gateways on this machine. Every one is another address of 127/8 and another port below the ephemeral ones, so tests that run at once cannot meet.</summary>
internal static class Loopback
{
    private const int FirstPort = 12000, PortsPerProcess = 100, Processes = 200;

    private static int _last;

    public static IPEndPoint Next()
    {
        int number = Interlocked.Increment(ref _last);
        byte[] process = BitConverter.GetBytes(Environment.ProcessId);
        int port = FirstPort + (Environment.ProcessId % Processes * PortsPerProcess) + (number % PortsPerProcess);
        // 127.0.x.x is what other programs of the machine use.
        return new IPEndPoint(new IPAddress([127, (byte)(process[1] | 1), process[0], (byte)((number % 250) + 1)]), port);
    }
}
