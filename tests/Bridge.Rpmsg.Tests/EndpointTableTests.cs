namespace Bridge.Rpmsg.Tests;

public class EndpointTableTests
{
    private readonly EndpointTable _table = new();

    [Fact]
    public void Add_Dynamic_CountsUpFrom1024()
    {
        Assert.Equal([1024u, 1025u, 1026u], Enumerable.Range(0, 3).Select(_ => Add().Address));
    }

    [Fact]
    public void Add_FixedAddressInTheDynamicRange_IsStepedOver()
    {
        Add(1025);
        Assert.Equal([1024u, 1026u], [Add().Address, Add().Address]);
    }

    [Theory]
    [InlineData(53u)]
    [InlineData(54u)]
    [InlineData(55u)]
    [InlineData(RpmsgAddress.Any)]
    public void Add_ReservedAddress_Throws(uint address)
    {
        Assert.Equal(RpmsgError.AddressReserved, Assert.Throws<RpmsgException>(() => Add(address)).Error);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1023u)]
    [InlineData(65536u)]
    [InlineData(0xFFFFFFFEu)]
    public void Add_FixedAddressOutsideTheDynamicRange_IsGiven(uint address)
    {
        Assert.Equal(address, Add(address).Address);
    }

    [Fact]
    public void Remove_Twice_SecondIsFalse()
    {
        RpmsgEndpoint endpoint = Add();
        Assert.True(_table.Remove(endpoint));
        Assert.False(_table.Remove(endpoint));
    }

    [Fact]
    public void Remove_FormerOwnerOfAnAddress_LeavesTheNewOwner()
    {
        RpmsgEndpoint former = Add(500);
        _table.Remove(former);
        RpmsgEndpoint present = Add(500);

        Assert.False(_table.Remove(former));
        Assert.Same(present, _table.Find(500));
    }

    [Fact]
    public void AddRemove_RandomOperations_AgreesWithASet()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var oracle = new Dictionary<uint, RpmsgEndpoint>();
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(3) == 0 && oracle.Count > 0)
            {
                RpmsgEndpoint victim = oracle.Values.ElementAt(random.Next(Math.Min(oracle.Count, 20)));
                oracle.Remove(victim.Address);
                Assert.True(_table.Remove(victim), $"seed {seed}");
            }
            else if (random.Next(4) == 0)
            {
                uint address = (uint)random.Next(1000, 1100);
                bool isTaken = oracle.ContainsKey(address);
                RpmsgException? refused = Record.Exception(() => oracle.Add(address, Add(address))) as RpmsgException;
                Assert.True(isTaken ? refused?.Error == RpmsgError.AddressInUse : refused is null, $"seed {seed}, address {address}");
            }
            else
            {
                RpmsgEndpoint added = Add();
                Assert.True(added.Address is >= 1024 and <= 65535, $"seed {seed}, address {added.Address}");
                Assert.True(oracle.TryAdd(added.Address, added), $"seed {seed}, address {added.Address} given twice");
            }
        }

        Assert.Equal(oracle.Values.OrderBy(static e => e.Address), _table.All.OrderBy(static e => e.Address));
    }

    private RpmsgEndpoint Add(uint? address = null) => _table.Add("x", address, RpmsgAddress.Any);
}
