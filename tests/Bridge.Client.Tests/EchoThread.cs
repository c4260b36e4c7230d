using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>Sends every message back, on a thread of its own and without allocating.</summary>
internal sealed class EchoThread : IDisposable
{
    private readonly SeqPacketSocket _socket;
    private readonly Poller _poller = new();
    private readonly PollEvent[] _ready = new PollEvent[64];
    private readonly byte[] _packet = new byte[4096];
    private readonly Thread _thread;

    public EchoThread(SeqPacketSocket socket)
    {
        _socket = socket;
        _poller.Add(socket.Descriptor, 1, PollEvents.None, once: true);
        _thread = new Thread(Run) { Name = "echo", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _socket.Shutdown(ShutdownDirection.Both);
        _thread.Join();
        _poller.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            switch (_socket.Receive(_packet, out int length))
            {
                case ReceiveOutcome.Packet:
                    if (!Send(length))
                    {
                        return;
                    }

                    break;
                case ReceiveOutcome.WouldBlock:
                    Wait(PollEvents.In);
                    break;
                default:
                    return;
            }
        }
    }

    private bool Send(int length)
    {
        while (true)
        {
            switch (_socket.Send(_packet.AsSpan(0, length)))
            {
                case SendOutcome.Sent:
                    return true;
                case SendOutcome.WouldBlock:
                    Wait(PollEvents.Out);
                    break;
                default:
                    return false;
            }
        }
    }

    private void Wait(PollEvents interest)
    {
        _poller.Modify(_socket.Descriptor, 1, interest, once: true);
        _poller.Wait(_ready, TimeSpan.FromSeconds(1));
    }
}
