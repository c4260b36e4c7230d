using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Tests.Sockets;

public sealed class WindowTests
{
    [Fact]
    public void FlowNumbers_ArePartOfTheProtocol_AndFrozen()
    {
        Assert.Equal(64, FlowWindow.Initial);
        Assert.Equal(65536, FlowWindow.Maximum);
        Assert.Equal(
            [(0u, "Finished"), (1u, "Busy"), (2u, "NoApplication"), (3u, "TooLong"), (4u, "Violation")],
            Enum.GetValues<FlowCloseReason>().Select(r => ((uint)r, r.ToString())));
    }

    [Fact]
    public void TryCredit_MoreThanWasSent_IsRefusedAndChangesNothing()
    {
        SendWindow window = SendWindow.Start(limited: true);
        Send(ref window, 10);

        Assert.False(window.TryCredit(11));
        Assert.Equal(10u, window.Outstanding);
        Assert.True(window.TryCredit(10));
        Assert.Equal((0u, 64u), (window.Outstanding, window.Available));
    }

    [Fact]
    public void TryCredit_LessThanBefore_IsRefused()
    {
        SendWindow window = SendWindow.Start(limited: true);
        Send(ref window, 10);
        Assert.True(window.TryCredit(5));

        Assert.False(window.TryCredit(4));
        Assert.Equal(5u, window.Outstanding);
    }

    [Fact]
    public void TryWiden_SmallerThanInitial_KeepsInitial()
    {
        SendWindow window = SendWindow.Start(limited: true);

        Assert.True(window.TryWiden(1));
        Assert.Equal(64u, window.Available);
        Assert.True(window.TryWiden(100));
        Assert.Equal(100u, window.Available);
        Assert.False(window.TryWiden(FlowWindow.Maximum + 1));
        Assert.Equal(100u, window.Available);
    }

    [Fact]
    public void Available_Unlimited_NeverEnds()
    {
        SendWindow window = SendWindow.Start(limited: false);

        Send(ref window, 1_000_000);

        Assert.Equal((0u, uint.MaxValue), (window.Outstanding, window.Available));
        Assert.False(window.TryWiden(64));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(64u)]
    [InlineData(1000u)]
    public void Pair_AnyOrderOfSendingAndHandingOver_NeverExceedsTheWindowNorStops(uint kept)
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        uint size = Math.Max(kept, FlowWindow.Initial);
        SendWindow sender = SendWindow.Start(limited: true);
        Assert.True(sender.TryWiden(size));
        ReceiveWindow receiver = ReceiveWindow.Start(size);
        Queue<uint> credits = new();
        uint waiting = 0;
        uint handedOver = 0;
        while (handedOver < 100_000)
        {
            if (random.Next(2) == 0 && sender.Available > 0)
            {
                sender.OnSent();
                Assert.True(receiver.TryReceive(), $"seed {seed}: allowed by the sender, refused by the receiver");
                waiting++;
                Assert.True(waiting <= size, $"seed {seed}: {waiting} wait");
            }
            else if (waiting > 0)
            {
                waiting--;
                handedOver++;
                receiver.OnHandedOver();
                if (receiver.IsCreditDue)
                {
                    credits.Enqueue(receiver.TakeCredit());
                }
            }
            else if (credits.TryDequeue(out uint credit))
            {
                Assert.True(sender.TryCredit(credit), $"seed {seed}");
            }
            else
            {
                Assert.True(sender.Available > 0, $"seed {seed}: both wait for each other");
            }
        }
    }

    [Theory]
    [InlineData(64u, 0.85)]
    [InlineData(256u, 0.95)]
    [InlineData(4096u, 0.95)]
    public void Pair_BurstsOverALongLine_KeepTheWindowUnderWay(uint size, double least)
    {
        const int RoundTrips = 1000, Batch = 5;
        SendWindow sender = SendWindow.Start(limited: true);
        Assert.True(sender.TryWiden(size));
        ReceiveWindow receiver = ReceiveWindow.Start(size);
        long handedOver = 0;
        for (int trip = 0; trip < RoundTrips; trip++)
        {
            // Everything that may be sent is under way, arrives batch by batch, and what is said about it is heard when all of it has arrived.
            Queue<uint> credits = new();
            uint burst = sender.Available;
            for (uint i = 1; i <= burst; i++)
            {
                sender.OnSent();
                Assert.True(receiver.TryReceive());
                receiver.OnHandedOver();
                if ((i % Batch == 0 || i == burst) && receiver.IsCreditDue)
                {
                    credits.Enqueue(receiver.TakeCredit());
                }
            }

            handedOver += burst;
            Assert.All(credits, credit => Assert.True(sender.TryCredit(credit)));
        }

        Assert.InRange(handedOver / (double)RoundTrips, least * size, size);
    }

    [Fact]
    public void Pair_CountsWrapping_GoesOn()
    {
        // 2^32 messages cannot be sent here: start just below the end of the circle.
        SendWindow sender = SendWindow.Start(limited: true);
        ReceiveWindow receiver = ReceiveWindow.Start(64);
        Wrap(ref sender, "_sent", "_credited");
        Wrap(ref receiver, "_received", "_handedOver", "_credited");
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(sender.Available > 0);
            sender.OnSent();
            Assert.True(receiver.TryReceive());
            receiver.OnHandedOver();
            if (receiver.IsCreditDue)
            {
                Assert.True(sender.TryCredit(receiver.TakeCredit()));
            }
        }

        static void Wrap<T>(ref T window, params string[] fields)
            where T : struct
        {
            object boxed = window;
            foreach (string field in fields)
            {
                typeof(T).GetField(field, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(boxed, uint.MaxValue - 100);
            }

            window = (T)boxed;
        }
    }

    [Fact]
    public void TryReceive_BeyondTheWindow_IsRefused()
    {
        ReceiveWindow window = ReceiveWindow.Start(64);
        for (int i = 0; i < 64; i++)
        {
            Assert.True(window.TryReceive());
        }

        Assert.False(window.TryReceive());
    }

    [Fact]
    public void Queue_RandomOperations_AgreesWithAQueue()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        KeptLayout layout = new(MaximumPayload: 20, Capacity: 7);
        using StateFile file = StateFile.CreateUnnamed("test", layout.Size, 0);
        using MessagePlaces places = new(file, layout.Queues, layout, ownsFile: false);
        QueueCursor cursor = default;
        Queue<byte[]> oracle = new();
        for (int i = 0; i < 50_000; i++)
        {
            switch (random.Next(20))
            {
                case 0:
                    Assert.Equal(oracle.Count, cursor.Clear());
                    oracle.Clear();
                    break;
                case < 11:
                    byte[] message = new byte[random.Next(0, 21)];
                    random.NextBytes(message);
                    int place = cursor.Next(layout.Capacity);
                    Assert.True(place >= 0 == oracle.Count < 7, $"seed {seed}");
                    if (place >= 0)
                    {
                        Assert.True(places.TryWrite(place, message, began: i));
                        cursor.Add();
                        oracle.Enqueue(message);
                    }

                    break;
                default:
                    if (oracle.TryDequeue(out byte[]? first))
                    {
                        Assert.True(first.AsSpan().SequenceEqual(places.Read(cursor.First)), $"seed {seed}");
                        cursor.RemoveFirst(layout.Capacity);
                    }

                    break;
            }

            Assert.True(oracle.Count == cursor.Count && cursor.IsPossible(layout.Capacity), $"seed {seed}");
        }
    }

    private static void Send(ref SendWindow window, int count)
    {
        for (int i = 0; i < count; i++)
        {
            window.OnSent();
        }
    }
}
