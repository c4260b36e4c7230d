namespace Bridge.LoadTests.Measuring;

/// <summary>What is measured.</summary>
/// <param name="Part"><c>raw</c>, <c>pass-through</c>, <c>socat</c>, <c>engine</c>, <c>bridge</c> or <c>bridge+10ms</c>.</param>
/// <param name="Transport"><c>plain</c>, <c>tcp</c> (TLS over it) or <c>quic</c>.</param>
/// <param name="Ring">Entries; 0 where there is no ring.</param>
/// <param name="Sockets"><c>seqpacket</c>, <c>stream</c>, or <c>-</c> where no application is.</param>
internal sealed record RigName(string Part, string Transport, int Ring, string Sockets)
{
    public override string ToString() => $"{Part} {Transport}{(Ring > 0 ? $" ring {Ring}" : "")}{(Sockets == "-" ? "" : $" {Sockets}")}";
}
