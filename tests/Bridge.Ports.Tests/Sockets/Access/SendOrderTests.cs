using Bridge.Ports.Sockets.Access;

namespace Bridge.Ports.Tests.Sockets.Access;

[Trait("Category", "Security")]
public sealed class SendOrderTests
{
    [Fact]
    public void Turns_OfDifferentPriorities_HigherOnesFirstAndNobodyStarves()
    {
        SendOrder<string> order = new();
        order.Add("low", 0);
        order.Add("middle", 3);
        order.Add("high", 7);

        List<string> turns = [];
        for (int i = 0; i < 1000; i++)
        {
            // Everybody always has more to send.
            Assert.True(order.TryPeek(out string? next));
            turns.Add(next);
            order.Done();
            order.Add(next, next == "high" ? 7 : next == "middle" ? 3 : 0);
        }

        Assert.Equal(Enumerable.Repeat("high", SendOrder<string>.Patience), turns.Take(SendOrder<string>.Patience));
        // After so many turns of others at the latest, and one more for each priority that waits as long.
        int[] low = [.. turns.Index().Where(turn => turn.Item == "low").Select(turn => turn.Index)];
        int[] middle = [.. turns.Index().Where(turn => turn.Item == "middle").Select(turn => turn.Index)];
        Assert.All(low.Zip(low.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 2, SendOrder<string>.Patience + 2));
        Assert.All(middle.Zip(middle.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 2, SendOrder<string>.Patience + 2));
        Assert.InRange(turns.Count(turn => turn == "high"), 750, 850);
    }

    [Fact]
    public void Turns_OfOnePriority_GoRound()
    {
        SendOrder<string> order = new();
        order.Add("a", 3);
        order.Add("b", 3);
        List<string> turns = [];
        for (int i = 0; i < 6; i++)
        {
            Assert.True(order.TryPeek(out string? next));
            turns.Add(next);
            order.Done();
            order.Add(next, 3);
        }

        Assert.Equal(["a", "b", "a", "b", "a", "b"], turns);
    }

    [Fact]
    public void Turns_WhoComesAmongThoseWhoAlwaysHaveMore_WaitsForOneOfThem()
    {
        SendOrder<string> order = new();
        for (int i = 0; i < 8; i++)
        {
            order.Return($"busy {i}", 3);
        }

        List<string> turns = [];
        for (int i = 0; i < 40; i++)
        {
            if (i % 10 == 5)
            {
                order.Add($"rare {i}", 3);
            }

            Assert.True(order.TryPeek(out string? next));
            turns.Add(next);
            order.Done();
            if (next.StartsWith("busy", StringComparison.Ordinal))
            {
                order.Return(next, 3);
            }
        }

        Assert.All(new[] { 5, 15, 25, 35 }, i => Assert.InRange(turns.IndexOf($"rare {i}"), i, i + 1));
    }

    [Fact]
    public void Turns_SomebodyAlwaysComes_HalfOfThemAreOfThoseWhoReturn()
    {
        SendOrder<string> order = new();
        order.Return("busy", 3);
        List<string> turns = [];
        for (int i = 0; i < 100; i++)
        {
            order.Add("a", 3);
            order.Add("b", 3);
            Assert.True(order.TryPeek(out string? next));
            turns.Add(next);
            order.Done();
            if (next == "busy")
            {
                order.Return(next, 3);
            }
        }

        Assert.Equal(50, turns.Count(turn => turn == "busy"));
    }

    [Fact]
    public void TryPeek_OfNobody_IsFalse()
    {
        SendOrder<string> order = new();
        order.Add("a", 3);
        Assert.True(order.TryPeek(out _));
        order.Done();
        Assert.False(order.TryPeek(out _));
        Assert.Equal(0, order.Count);
    }
}
