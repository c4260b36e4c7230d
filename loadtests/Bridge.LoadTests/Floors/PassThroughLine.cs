using Bridge.LoadTests.Messages;

namespace Bridge.LoadTests.Floors;

/// <summary>
/// One application's bytes to the transport and back. A thread waits in epoll and writes what has gathered in one go, as the gateway's poll thread does; the transport is read
/// asynchronously with as large a buffer, as the link does.
/// </summary>
internal sealed class PassThroughLine(LocalApplication application, Stream transport)
{
    /// <summary>Until either end has gone.</summary>
    public async Task RunAsync()
    {
        Thread sending = new(SendLoop, 256 * 1024) { IsBackground = true, Name = "pass-through" };
        sending.Start();
        byte[] buffer = new byte[2 * StreamPath.WriteSize];
        int held = 0;
        while (await transport.ReadAsync(buffer.AsMemory(held)) is var count and > 0)
        {
            if (!application.Send(buffer.AsSpan(0, held + count), out int consumed))
                return;
            held = held + count - consumed;
            buffer.AsSpan(consumed, held).CopyTo(buffer);
        }
    }

    private void SendLoop()
    {
        byte[] buffer = new byte[StreamPath.WriteSize];
        try
        {
            while (true)
            {
                application.WaitReadable();
                for (int count; (count = application.Receive(buffer)) != 0;)
                {
                    if (count < 0)
                        return;
                    transport.Write(buffer, 0, count);
                }
            }
        }
        catch (IOException)
        {
            // The rig is being taken down.
        }
    }
}
