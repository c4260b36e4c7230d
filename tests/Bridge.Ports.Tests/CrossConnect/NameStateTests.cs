using Bridge.Ports.CrossConnect;

namespace Bridge.Ports.Tests.CrossConnect;

public sealed class NameStateTests
{
    /// <summary>The whole table: what follows for Announced, Withdrawn, Sent, Forgotten.</summary>
    [Theory]
    [InlineData((int)NameState.Gone, NameState.AnnounceDue, NameState.Gone, NameState.Gone, NameState.Gone)]
    [InlineData((int)NameState.AnnounceDue, NameState.AnnounceDue, NameState.Gone, NameState.Told, NameState.AnnounceDue)]
    [InlineData((int)NameState.Told, NameState.Told, NameState.WithdrawDue, NameState.Told, NameState.AnnounceDue)]
    [InlineData((int)NameState.WithdrawDue, NameState.ReplaceDue, NameState.WithdrawDue, NameState.Gone, NameState.Gone)]
    [InlineData((int)NameState.ReplaceDue, NameState.ReplaceDue, NameState.WithdrawDue, NameState.AnnounceDue, NameState.AnnounceDue)]
    public void Next_EveryEvent_IsInTheTable(int state, params object[] expected)
    {
        NameEvent[] events = Enum.GetValues<NameEvent>();

        Assert.Equal(expected.Cast<NameState>(), events.Select(happened => NameStates.Next((NameState)state, happened)));
    }

    [Fact]
    public void NameTable_EveryOrderOfEvents_TellsTheOtherDriverWhatIsAlive()
    {
        const int Seeds = 50, Steps = 400;
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            NameTable table = new(capacity: 8);
            HashSet<AnnouncedName> alive = [], told = [];
            for (int step = 0; step < Steps; step++)
            {
                AnnouncedName name = new($"n{random.Next(4)}", (uint)random.Next(2));
                switch (random.Next(12))
                {
                    case < 4 when !table.IsAlive(name):
                        table.Announce(name);
                        alive.Add(name);
                        break;
                    case < 7 when table.IsAlive(name):
                        table.Withdraw(name);
                        alive.Remove(name);
                        break;
                    case < 10 when table.Due > 0:
                        Tell(table, told, seed);
                        break;
                    case 10:
                        table.ApplyToAll(NameEvent.Forgotten);
                        told.Clear();
                        break;
                    case 11 when random.Next(8) == 0:
                        table.ApplyToAll(NameEvent.Withdrawn);
                        alive.Clear();
                        break;
                }

                Assert.True(alive.SetEquals(table.Alive), $"seed {seed}, step {step}");
            }

            while (table.Due > 0)
                Tell(table, told, seed);
            Assert.True(alive.SetEquals(told), $"seed {seed}");
        }
    }

    /// <summary>What Linux does: a CREATE of what exists, or a DESTROY of what does not, is an error there.</summary>
    private static void Tell(NameTable table, HashSet<AnnouncedName> told, int seed)
    {
        Rpmsg.NameServiceMessage message = table.PeekDue();
        AnnouncedName name = new(message.Name, message.Address);
        Assert.True(message.IsDestroy ? told.Remove(name) : told.Add(name), $"seed {seed}: {message}");
        table.Sent();
    }
}
