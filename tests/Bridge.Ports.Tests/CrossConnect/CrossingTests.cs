using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.CrossConnect;

/// <summary>What happens to messages between two drivers.</summary>
public sealed class CrossingTests
{
    private const int Buffers = 16, Store = 16;

    [Fact]
    public void Message_EitherWay_ArrivesWithItsAddresses()
    {
        using PairRig rig = PairRig.Started();
        rig.Remote.Send(400, 500, "there");
        rig.Local.Send(500, 400, "back");
        rig.Local.Send(0x12345678, 1, "");
        rig.Pump();

        Assert.Equal(["400>500 there"], rig.Local.ReceiveAll());
        Assert.Equal(["500>400 back", "305419896>1 "], rig.Remote.ReceiveAll());
        Assert.Equal((1, 5, 2, 4), (rig.Remote.Counters.Passed, rig.Remote.Counters.PassedBytes, rig.Local.Counters.Passed, rig.Local.Counters.PassedBytes));
        Assert.True(rig.Local.Doorbells[0] > 0 && rig.Remote.Doorbells[0] > 0);
    }

    [Fact]
    public void Message_LongestOne_Passes()
    {
        using PairRig rig = PairRig.Started();
        string longest = new('x', 496);
        rig.Remote.Send(1, 2, longest);
        rig.Pump();

        Assert.Equal([$"1>2 {longest}"], rig.Local.ReceiveAll());
    }

    [Fact]
    public void Message_LongerThanTheOtherDriversBuffers_IsCountedAndTheNextOnePasses()
    {
        using PairRig rig = PairRig.Started(remoteBufferSize: 128);
        rig.Local.Send(1, 2, new string('x', 113));
        rig.Local.Send(1, 2, new string('y', 112));
        rig.Pump();

        Assert.Equal([$"1>2 {new string('y', 112)}"], rig.Remote.ReceiveAll());
        Assert.Equal((1, 1), (rig.Local.Counters.TooLong, rig.Local.Counters.Passed));
    }

    [Fact]
    public void Sender_ReceiverHasNoBuffer_KeepsWhatIsNotPassedAndNothingIsStored()
    {
        using PairRig rig = PairRig.Started();
        int sent = SendUntilFull(rig, rig.Remote);

        // The receiver's buffers are full, and so are the sender's: none was given back before its message stood in the other ring.
        Assert.Equal(2 * Buffers, sent);
        Assert.Equal((Buffers, 0), (rig.Remote.Counters.Passed, rig.Remote.Counters.Stored));
        Assert.True(rig.Connection.ReadRemote().IsHeld);
        Assert.False(rig.Connection.ReadLocal().IsHeld);

        // One buffer more is one message more.
        Assert.Equal("1>2 0", rig.Local.Receive());
        rig.Pump();
        Assert.True(rig.Remote.TrySend(1, 2, "32"u8));
        Assert.False(rig.Remote.Rings.TryReserve(out _));
        Assert.Equal(Enumerable.Range(1, 32).Select(i => $"1>2 {i}"), Drain(rig, rig.Local));
        Assert.False(rig.Connection.ReadRemote().IsHeld);
    }

    [Fact]
    public void Sender_OtherDirectionIsHeld_IsNotHeldUp()
    {
        using PairRig rig = PairRig.Started();
        SendUntilFull(rig, rig.Remote);
        for (int i = 0; i < 10 * Buffers; i++)
        {
            rig.Local.Send(2, 1, $"{i}");
            rig.Pump();
            Assert.Equal($"2>1 {i}", rig.Remote.Receive());
        }

        Assert.Equal(0, rig.Remote.Counters.Stored);
    }

    [Fact]
    public void Senders_BothHeld_GetTheStoreAndNothingIsLostOrReordered()
    {
        using PairRig rig = PairRig.Started();
        int there = SendUntilFull(rig, rig.Remote), back = SendUntilFull(rig, rig.Local);
        there += SendUntilFull(rig, rig.Remote, there);

        Assert.Equal((2 * Buffers + Store, 2 * Buffers + Store), (there, back));
        Assert.Equal((Store, Store), (rig.Connection.ReadRemote().Stored, rig.Connection.ReadLocal().Stored));
        Assert.Equal((Store, Store), (rig.Remote.Counters.Stored, rig.Local.Counters.Stored));
        Assert.Equal(Enumerable.Range(0, there).Select(i => $"1>2 {i}"), Drain(rig, rig.Local));
        Assert.Equal(Enumerable.Range(0, back).Select(i => $"1>2 {i}"), Drain(rig, rig.Remote));
        Assert.Equal((0, 0), (rig.Connection.ReadRemote().Stored, rig.Connection.ReadLocal().Stored));
    }

    [Fact]
    public void Callbacks_BothAnswerBeforeTheyReturnTheirBuffer_GoOn()
    {
        // As Linux: a received buffer is lent again when its callback returns, and a callback that sends waits for a free buffer.
        const int Answers = 500;
        using PairRig rig = PairRig.Started();
        Callback remote = new(rig.Remote), local = new(rig.Local);
        SendUntilFull(rig, rig.Remote);
        SendUntilFull(rig, rig.Local);
        // Whatever the store took is filled up again: from here on nobody has a buffer but by an answer.
        for (int i = 0; remote.Answered + local.Answered < Answers; i++)
        {
            Assert.True(i < 100 * Answers, $"{remote.Answered} and {local.Answered} answers, then nothing");
            remote.Run();
            local.Run();
            rig.Pump();
        }
    }

    [Fact]
    public void Message_OtherDriverDoesNotRun_IsDroppedAndCounted()
    {
        using PairRig rig = new();
        rig.Remote.Start();
        for (int i = 0; i < 3 * Buffers; i++)
        {
            rig.Remote.Send(1, 2, "nobody");
            rig.Pump();
        }

        Assert.Equal((3 * Buffers, 3 * Buffers, 0), (rig.Remote.Counters.NoDriver, rig.Remote.Counters.Received, rig.Remote.Counters.Passed));
        rig.Local.Start();
        rig.Remote.Send(1, 2, "somebody");
        rig.Pump();
        Assert.Equal(["1>2 somebody"], rig.Local.ReceiveAll());
    }

    [Fact]
    public void Receiver_Reset_WhatWaitedForItIsCountedAndTheNewLifeGetsOnlyNewMessages()
    {
        using PairRig rig = PairRig.Started();
        SendUntilFull(rig, rig.Local);
        int sent = SendUntilFull(rig, rig.Remote);
        rig.Local.Stop();
        // Of those sent, a ring full had been passed; what stood in the store and what was held is lost, the rest was for a driver that is not there.
        Assert.Equal(Store + 1, rig.Remote.Counters.LostAtReset);
        rig.Pump();
        Assert.Equal(sent - Buffers - Store - 1, rig.Remote.Counters.NoDriver);
        Assert.Equal(sent, rig.Remote.Counters.Received);

        rig.Local.Start();
        rig.Remote.Send(1, 2, "new");
        rig.Pump();
        Assert.Equal(["1>2 new"], rig.Local.ReceiveAll());
    }

    [Fact]
    public void Sender_Reset_WhatWasTakenFromItStillArrives()
    {
        using PairRig rig = PairRig.Started();
        SendUntilFull(rig, rig.Local);
        SendUntilFull(rig, rig.Remote);
        rig.Remote.Stop();
        rig.Remote.Start();

        // A message that was held, and not given back, is of the life that ended.
        Assert.Equal(Enumerable.Range(0, Buffers + Store).Select(i => $"1>2 {i}"), Drain(rig, rig.Local));
        rig.Remote.Send(1, 2, "new");
        Assert.Equal(["1>2 new"], Drain(rig, rig.Local));
    }

    [Fact]
    public void Malformed_EveryKind_IsCountedAndTheRingKeepsMoving()
    {
        using PairRig rig = PairRig.Started();
        byte[] beyond = new byte[20];
        new RpmsgHeader(1, 2, 5).Write(beyond, littleEndian: true);
        rig.Remote.SendBytes(new byte[16]);
        rig.Remote.SendBytes(beyond);
        rig.Remote.Send(1, RpmsgAddress.Any, "to nobody");
        rig.Remote.Send(1, RpmsgAddress.NameService, "no name");
        rig.Pump();

        // Sixteen zero bytes are a message from 0 to 0, and as good as any.
        Assert.Equal(["0>0 "], rig.Local.ReceiveAll());
        Assert.Equal((1, 1, 1), (rig.Remote.Counters.LengthBeyondBuffer, rig.Remote.Counters.UnknownAddress, rig.Remote.Counters.BadNameService));
        for (int i = 0; i < 3 * Buffers; i++)
        {
            rig.Remote.SendBytes(beyond);
            rig.Pump();
        }

        Assert.Equal(1 + (3 * Buffers), rig.Remote.Counters.LengthBeyondBuffer);
        Assert.Null(rig.Remote.NeededReset);
    }

    [Fact]
    public void Messages_BothWaysThroughRingAndStore_AllocateNothing()
    {
        using PairRig rig = PairRig.Started();
        byte[] payload = new byte[400];
        Exchange(rig, payload, 2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(rig, payload, 2000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(rig.Remote.Counters.Stored > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomTraffic_SlowReaders_ArrivesOnceInOrder(int seed)
    {
        Random random = new(seed);
        using PairRig rig = PairRig.Started();
        (RigDriver From, RigDriver To, Queue<string> Expected)[] ways = [(rig.Remote, rig.Local, new()), (rig.Local, rig.Remote, new())];
        for (int step = 0; step < 5000; step++)
        {
            (RigDriver from, RigDriver to, Queue<string> expected) = ways[random.Next(2)];
            for (int i = random.Next(2 * Buffers); i > 0 && from.TrySend(1, 2, BitConverter.GetBytes('0' + (step % 10))); i--)
                expected.Enqueue($"1>2 {(char)('0' + (step % 10))}\0\0\0");
            if (random.Next(3) > 0)
                rig.Connection.Pump();
            for (int i = random.Next(2 * Buffers); i > 0 && to.Receive() is { } received; i--)
                Assert.True(expected.Dequeue() == received, $"seed {seed}, step {step}");
        }

        foreach ((_, RigDriver to, Queue<string> expected) in ways)
            Assert.Equal(expected, Drain(rig, to));
        Assert.True(rig.Remote.Counters.Stored > 0 && rig.Local.Counters.Stored > 0, $"seed {seed}: the store was not used");
    }

    /// <summary>Sends numbered messages until the sender has no buffer. How many.</summary>
    private static int SendUntilFull(PairRig rig, RigDriver sender, int first = 0)
    {
        int sent = 0;
        while (sender.TrySend(1, 2, System.Text.Encoding.ASCII.GetBytes($"{first + sent}")))
        {
            sent++;
            rig.Pump();
        }

        return sent;
    }

    private static List<string> Drain(PairRig rig, RigDriver receiver)
    {
        List<string> all = [];
        rig.Pump();
        while (receiver.Receive() is { } one)
        {
            all.Add(one);
            rig.Pump();
        }

        return all;
    }

    private static void Exchange(PairRig rig, ReadOnlySpan<byte> payload, int count)
    {
        for (int i = 0; i < count; i++)
        {
            while (rig.Remote.TrySend(1, 2, payload) | rig.Local.TrySend(2, 1, payload))
                rig.Pump();
            for (int j = 0; j < Buffers; j++)
            {
                Take(rig.Remote);
                Take(rig.Local);
            }

            rig.Pump();
        }
    }

    private static void Take(RigDriver driver)
    {
        if (driver.Rings.TryReceive(out _, out int token))
            driver.Rings.Release(token);
    }

    /// <summary>A driver that answers each message inside its callback.</summary>
    private sealed class Callback(RigDriver driver)
    {
        private int? _token;

        public int Answered { get; private set; }

        public void Run()
        {
            if (_token is null && driver.Rings.TryReceive(out _, out int token))
                _token = token;
            if (_token is not { } received || !driver.TrySend(1, 2, "answer"u8))
                return;
            driver.Rings.Release(received);
            _token = null;
            Answered++;
        }
    }
}
