namespace Bridge.Ports.Sockets;

/// <summary>What one endpoint has let its peer send. Counts are modulo 2^32.</summary>
internal struct ReceiveWindow
{
    private uint _received;
    private uint _handedOver;
    private uint _credited;
    private uint _window;

    /// <summary>Counting begins when a pair is bound; <paramref name="window"/> is what this side keeps.</summary>
    public static ReceiveWindow Start(uint window) => new() { _window = window };

    /// <summary>So much has been handed over since the last Credit that the sender should know.</summary>
    public readonly bool IsCreditDue => _handedOver - _credited >= FlowWindow.CreditStep(_window);

    /// <summary>A message came. False: the peer sent more than it was allowed to.</summary>
    public bool TryReceive()
    {
        if (_received - _credited >= _window)
        {
            return false;
        }

        _received++;
        return true;
    }

    /// <summary>Messages were handed over, or cannot be any more.</summary>
    public void OnHandedOver(int count = 1) => _handedOver += (uint)count;

    /// <summary>The value of the Credit that is sent now.</summary>
    public uint TakeCredit() => _credited = _handedOver;
}
