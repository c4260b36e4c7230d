namespace Bridge.Ports.Sockets;

/// <summary>What one endpoint may still send to its peer. Counts are modulo 2^32.</summary>
internal struct SendWindow
{
    private uint _sent;
    private uint _credited;
    private uint _window;

    /// <summary>Counting begins when a pair is bound.</summary>
    /// <param name="limited">False where there is no flow service: then nothing is limited here.</param>
    public static SendWindow Start(bool limited) => new() { _window = limited ? FlowWindow.Initial : uint.MaxValue };

    /// <summary>Messages that the peer has not yet reported as handed over.</summary>
    public readonly uint Outstanding => _sent - _credited;

    /// <summary>Messages that may be sent now.</summary>
    public readonly uint Available => Outstanding < _window ? _window - Outstanding : 0;

    /// <summary>Messages were sent.</summary>
    public void OnSent(uint count = 1)
    {
        _sent += count;
        if (_window == uint.MaxValue)
        {
            _credited = _sent;
        }
    }

    /// <summary>The peer said Open with what it keeps. False: not possible, ignored.</summary>
    public bool TryWiden(uint window)
    {
        if (window > FlowWindow.Maximum || _window == uint.MaxValue)
        {
            return false;
        }

        _window = Math.Max(_window, window);
        return true;
    }

    /// <summary>The peer said how many messages it has handed over in all. False: it has not got that many, or takes back what it said; ignored.</summary>
    public bool TryCredit(uint handedOver)
    {
        if (handedOver - _credited > Outstanding)
        {
            return false;
        }

        _credited = handedOver;
        return true;
    }
}
