using System.Diagnostics;
using System.Runtime.InteropServices;
using Bridge.Linux;
using Bridge.Ports.Tests.Sockets;
using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>
/// A front end of the tests' own, byte by byte: no type of the port's messages is used. It sends what UML 6.1 or QEMU send, in their order, with eventfds for kicks
/// and, like UML, socket pairs for calls.
/// </summary>
internal sealed class ScriptedFrontEnd : IDisposable
{
    public const uint NeedReply = 8;

    private readonly DescriptorSocket _socket;
    private readonly Poller _poller = new();
    private readonly List<FileDescriptor> _received = [];
    private readonly DescriptorSocket?[] _calls = new DescriptorSocket?[2];
    private readonly EventFd?[] _kicks = new EventFd?[2];

    // Closed when this is disposed: the back end has copies of its own.
    private readonly List<DescriptorSocket> _passed = [];
    private DescriptorSocket? _requests;

    public ScriptedFrontEnd(string path)
    {
        _socket = DescriptorSocket.Connect(path);
        _poller.Add(_socket.Descriptor, 1, PollEvents.In, once: false);
    }

    /// <summary>The other end of SET_BACKEND_REQ_FD.</summary>
    public DescriptorSocket Requests => _requests!;

    public void Send(uint request, ReadOnlySpan<byte> payload = default, uint flags = 1, params FileDescriptor[] descriptors)
    {
        byte[] message = new byte[12 + payload.Length];
        MemoryMarshal.Write(message, request);
        MemoryMarshal.Write(message.AsSpan(4), flags);
        MemoryMarshal.Write(message.AsSpan(8), (uint)payload.Length);
        payload.CopyTo(message.AsSpan(12));
        SendBytes(message, descriptors);
    }

    public void SendBytes(ReadOnlySpan<byte> bytes, params FileDescriptor[] descriptors)
    {
        Assert.Equal(SendOutcome.Sent, _socket.Send(bytes, descriptors, out int sent));
        Assert.Equal(bytes.Length, sent);
    }

    /// <summary>The next reply's payload; its request and flags are checked.</summary>
    public async Task<byte[]> Reply(uint request)
    {
        byte[] header = await Read(12);
        Assert.Equal(request, MemoryMarshal.Read<uint>(header));
        Assert.Equal(5u, MemoryMarshal.Read<uint>(header.AsSpan(4)));
        return await Read((int)MemoryMarshal.Read<uint>(header.AsSpan(8)));
    }

    public async Task<ulong> ReplyNumber(uint request) => MemoryMarshal.Read<ulong>(await Reply(request));

    public Task<ulong> Get(uint request)
    {
        Send(request);
        return ReplyNumber(request);
    }

    /// <summary>Sends with NEED_REPLY and checks that it succeeded.</summary>
    public async Task Set(uint request, byte[] payload, params FileDescriptor[] descriptors)
    {
        Send(request, payload, 1 | NeedReply, descriptors);
        Assert.Equal(0ul, await ReplyNumber(request));
    }

    /// <summary>The back end has closed the connection.</summary>
    public async Task UntilClosed()
    {
        byte[] rest = new byte[64];
        while (true)
        {
            StreamOutcome outcome = _socket.Receive(rest, _received, out _, out _);
            if (outcome is StreamOutcome.End or StreamOutcome.Reset)
                return;
            if (outcome == StreamOutcome.WouldBlock)
                await WaitFor(_poller);
        }
    }

    public static byte[] Number(ulong value) => BitConverter.GetBytes(value);

    public static byte[] State(uint index, uint number) => [.. BitConverter.GetBytes(index), .. BitConverter.GetBytes(number)];

    public static byte[] Region(ulong guest, ulong length, ulong user, ulong offset) => [.. Number(guest), .. Number(length), .. Number(user), .. Number(offset)];

    public static byte[] Table(params byte[][] regions) => [.. State((uint)regions.Length, 0), .. regions.SelectMany(region => region)];

    public static byte[] Address(uint index, Guest guest) => [
        .. State(index, 0), .. Number(Guest.ToUser(guest.Layout((int)index).Descriptors)), .. Number(Guest.ToUser(guest.Layout((int)index).Used)),
        .. Number(Guest.ToUser(guest.Layout((int)index).Available)), .. Number(0)];

    public static byte[] Memory(Guest guest) => Table(Region(Guest.GuestBase, guest.Length, Guest.UserBase, guest.FileOffset));

    /// <summary>What UML 6.1 does when it probes a device; NEED_REPLY is set on everything as soon as REPLY_ACK is on.</summary>
    public async Task ProbeAsUml(Guest guest)
    {
        Send(3);
        ulong offered = await Get(1);
        Assert.NotEqual(0ul, offered & (1ul << 30));
        ulong protocol = await Get(15) & (1ul << 3 | 1ul << 5 | 1ul << 9 | 1ul << 14);
        Assert.NotEqual(0ul, protocol & (1ul << 5));
        Send(16, Number(protocol));
        (DescriptorSocket own, DescriptorSocket passed) = DescriptorSocket.Pair();
        _requests = own;
        await Set(21, [], passed.Descriptor);
        passed.Dispose();
        await StartAsUml(guest);
    }

    /// <summary>What UML 6.1 does when a driver is bound, the first time or again.</summary>
    public async Task StartAsUml(Guest guest, ulong features = Guest.Features)
    {
        await Set(2, Number(features | 1ul << 30));
        // Its structure has room for two regions whatever it sends.
        await Set(5, [.. Memory(guest), .. new byte[32]], guest.File);
        for (uint queue = 0; queue < 2; queue++)
        {
            await Set(13, Number(queue), NewCall((int)queue));
            await Set(8, State(queue, (uint)guest.Layout((int)queue).Size));
            await Set(10, State(queue, 0));
            await Set(9, Address(queue, guest));
        }

        for (uint queue = 0; queue < 2; queue++)
        {
            await Set(12, Number(queue), NewKick((int)queue));
            await Set(18, State(queue, 1));
        }

        // Linux tells vq0 once after DRIVER_OK.
        Kick(0);
    }

    /// <summary>The first so many requests of a start, without waiting for anything.</summary>
    public async Task StartPartly(Guest guest, int requests)
    {
        Action[] all =
        [
            () => Send(3), () => Send(2, Number(Guest.Features)), () => Send(5, Memory(guest), 1, guest.File),
            .. Enumerable.Range(0, 2).SelectMany(queue => new Action[]
            {
                () => Send(13, Number((ulong)queue), 1, NewCall(queue)), () => Send(8, State((uint)queue, (uint)guest.Layout(queue).Size)),
                () => Send(10, State((uint)queue, 0)), () => Send(9, Address((uint)queue, guest)), () => Send(12, Number((ulong)queue), 1, NewKick(queue)),
                () => Kick(queue), () => Send(18, State((uint)queue, 1)),
            }),
        ];
        foreach (Action request in all.Take(requests))
            request();
        if (requests > 0)
            await Get(1);
    }

    /// <summary>What UML 6.1 does where in-band notifications are offered: it names no doorbells.</summary>
    public async Task ProbeInBand(Guest guest)
    {
        Send(3);
        Assert.NotEqual(0ul, await Get(15) & (1ul << 14));
        Send(16, Number(1ul << 3 | 1ul << 5 | 1ul << 14));
        (DescriptorSocket own, DescriptorSocket passed) = DescriptorSocket.Pair();
        _requests = own;
        await Set(21, [], passed.Descriptor);
        passed.Dispose();
        await Set(2, Number(Guest.Features | 1ul << 30));
        await Set(5, Memory(guest), guest.File);
        for (uint queue = 0; queue < 2; queue++)
        {
            await Set(8, State(queue, (uint)guest.Layout((int)queue).Size));
            await Set(10, State(queue, 0));
            await Set(9, Address(queue, guest));
        }

        await Set(18, State(0, 1));
        await Set(18, State(1, 1));
        await Set(35, State(0, 0));
    }

    /// <summary>The next message of the back end's own: its request and queue.</summary>
    public async Task<(uint Request, uint Queue)> InBandRequest()
    {
        byte[] message = new byte[20];
        using Poller poller = new();
        poller.Add(_requests!.Descriptor, 1, PollEvents.In, once: false);
        await WaitFor(poller);
        Assert.Equal(StreamOutcome.Received, _requests.Receive(message, _received, out int received, out _));
        Assert.Equal(20, received);
        Assert.Equal(1u, MemoryMarshal.Read<uint>(message.AsSpan(4)));
        return (MemoryMarshal.Read<uint>(message), MemoryMarshal.Read<uint>(message.AsSpan(12)));
    }

    /// <summary>What UML does when a driver is unbound: nothing else.</summary>
    public async Task UnbindAsUml()
    {
        await Set(18, State(0, 0));
        await Set(18, State(1, 0));
    }

    /// <summary>What QEMU does when a guest's driver says DRIVER_OK, or a stopped guest goes on.</summary>
    public async Task StartAsQemu(Guest guest, uint base0 = 0, uint base1 = 0, bool negotiate = true)
    {
        if (negotiate)
            await NegotiateAsQemu();
        await StartRingsAsQemu(guest, base0, base1);
    }

    public async Task NegotiateAsQemu(ulong more = 0)
    {
        await Get(1);
        Send(16, Number(await Get(15) & (1ul << 0 | 1ul << 3 | 1ul << 5 | 1ul << 9 | more)));
        Assert.Equal(2ul, await Get(17));
        Send(3);
    }

    /// <summary>GET_INFLIGHT_FD: the reply and the file.</summary>
    public async Task<(byte[] Region, FileDescriptor File)> GetRegion(ushort queues = 2, ushort entries = 256)
    {
        Send(31, Region(queues, entries));
        byte[] reply = await Reply(31);
        FileDescriptor file = Assert.Single(_received);
        _received.Clear();
        return (reply, file);
    }

    /// <summary>What GET_INFLIGHT_FD sends.</summary>
    public static byte[] Region(ushort queues, ushort entries, ulong length = 0) =>
        [.. Number(length), .. Number(0), .. BitConverter.GetBytes(queues), .. BitConverter.GetBytes(entries), .. new byte[4]];

    public async Task StartRingsAsQemu(Guest guest, uint base0 = 0, uint base1 = 0, bool byTable = true)
    {
        Send(2, Number(Guest.Features | 1ul << 30));
        if (byTable)
            await Set(5, Memory(guest), guest.File);
        for (uint queue = 0; queue < 2; queue++)
        {
            Send(8, State(queue, (uint)guest.Layout((int)queue).Size));
            Send(10, State(queue, queue == 0 ? base0 : base1));
            Send(9, Address(queue, guest));
            // Already signalled: QEMU does so to have the ring looked at.
            FileDescriptor kick = NewKick((int)queue);
            Kick((int)queue);
            Send(12, Number(queue), 1, kick);
            Send(13, Number(queue), 1, NewCall((int)queue));
        }

        await Set(18, State(0, 1));
        await Set(18, State(1, 1));
        for (uint queue = 0; queue < 2; queue++)
            Send(13, Number(queue), 1, NewCall((int)queue));
        await Get(1);
    }

    /// <summary>What QEMU does when a guest is stopped or reset; returns both bases.</summary>
    public async Task<(uint Base0, uint Base1)> StopAsQemu()
    {
        Send(18, State(0, 0));
        Send(18, State(1, 0));
        uint[] bases = new uint[2];
        for (uint queue = 0; queue < 2; queue++)
        {
            Send(11, State(queue, 0));
            bases[queue] = MemoryMarshal.Read<uint>((await Reply(11)).AsSpan(4));
        }

        return (bases[0], bases[1]);
    }

    public void Kick(int queue) => _kicks[queue]!.Signal();

    /// <summary>Rings for what the guest published, as its driver would.</summary>
    public void KickFor(Guest guest)
    {
        int queues = guest.Rings.TakeNotifications();
        for (int queue = 0; queue < 2; queue++)
        {
            if ((queues & (1 << queue)) != 0)
                Kick(queue);
        }
    }

    /// <summary>Whether the back end has called, without waiting.</summary>
    public bool TakeCall(int queue)
    {
        byte[] bytes = new byte[512];
        bool called = _calls[queue]!.Receive(bytes, _received, out int received, out _) == StreamOutcome.Received;
        Assert.Equal(0, received % 8);
        return called;
    }

    public async Task Send(Guest guest, uint source, uint destination, byte[] payload)
    {
        while (!guest.TrySend(source, destination, payload))
            await AwaitCall(guest, 1, () => guest.Rings.Arm(receive: false, transmit: true));
        KickFor(guest);
    }

    public async Task<(RpmsgHeader Header, byte[] Payload)> Receive(Guest guest)
    {
        while (true)
        {
            if (guest.TryReceive(out RpmsgHeader header, out byte[] payload))
            {
                KickFor(guest);
                return (header, payload);
            }

            await AwaitCall(guest, 0, () => guest.Rings.Arm(receive: true, transmit: false));
        }
    }

    public void Dispose()
    {
        _poller.Dispose();
        _socket.Dispose();
        _requests?.Dispose();
        for (int i = 0; i < 2; i++)
        {
            _calls[i]?.Dispose();
            _kicks[i]?.Dispose();
        }

        foreach (FileDescriptor descriptor in _received)
            descriptor.Dispose();
        foreach (DescriptorSocket passed in _passed)
            passed.Dispose();
    }

    private async Task AwaitCall(Guest guest, int queue, Func<bool> arm)
    {
        TakeCall(queue);
        KickFor(guest);
        if (arm())
            return;
        using Poller poller = new();
        poller.Add(_calls[queue]!.Descriptor, 1, PollEvents.In, once: false);
        await WaitFor(poller);
    }

    private FileDescriptor NewKick(int queue)
    {
        _kicks[queue]?.Dispose();
        return (_kicks[queue] = new EventFd()).Descriptor;
    }

    private FileDescriptor NewCall(int queue)
    {
        _calls[queue]?.Dispose();
        (DescriptorSocket own, DescriptorSocket passed) = DescriptorSocket.Pair();
        _calls[queue] = own;
        _passed.Add(passed);
        return passed.Descriptor;
    }

    private async Task<byte[]> Read(int length)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length;)
        {
            StreamOutcome outcome = _socket.Receive(bytes.AsSpan(at), _received, out int received, out _);
            Assert.True(outcome is StreamOutcome.Received or StreamOutcome.WouldBlock, $"the back end has disconnected after {at} of {length} bytes");
            at += received;
            if (outcome == StreamOutcome.WouldBlock)
                await WaitFor(_poller);
        }

        return bytes;
    }

    private static async Task WaitFor(Poller poller)
    {
        PollEvent[] seen = new PollEvent[poller.Batch];
        long begin = Stopwatch.GetTimestamp();
        int count = 0;
        // A signal, such as the runtime's own for a garbage collection, ends a wait early.
        while (count == 0 && Stopwatch.GetElapsedTime(begin) < Patience.Time)
            count = await Task.Run(() => poller.Wait(seen, Patience.Time));
        Assert.True(count > 0, "nothing came");
    }
}
