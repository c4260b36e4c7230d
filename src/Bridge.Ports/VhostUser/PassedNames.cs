using Bridge.Relay;
using Bridge.Rpmsg;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The rpmsg names that are alive between a guest's driver and the device side, as their announcements passed. When the device side has lost all that it knew, the guest is told that
/// the device's names have gone (it hears of those that come back in their turn), and the device is told those of the guest, which announces nothing twice by itself.
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
internal sealed class PassedNames
{
    private const int FromDevice = 0, FromDriver = 1;

    // A guest that announces more is not remembered further; as many as the sockets ports remember.
    private static readonly int Maximum = new RpmsgOptions().MaximumAnnouncements;

    private readonly HashSet<(string Name, uint Address)> _ofDevice = [], _ofDriver = [];
    private bool _littleEndian;

    /// <summary>A life of the driver begins: no name is alive.</summary>
    public void Begin(bool littleEndian)
    {
        _littleEndian = littleEndian;
        _ofDevice.Clear();
        _ofDriver.Clear();
    }

    /// <summary>A message to the name service passed.</summary>
    public void Note(int queue, ReadOnlySpan<byte> message)
    {
        if (!RpmsgHeader.TryRead(message, _littleEndian, out RpmsgHeader header) || header.Destination != RpmsgAddress.NameService || header.Length > message.Length - RpmsgHeader.Size
            || !NameServiceMessage.TryRead(message.Slice(RpmsgHeader.Size, header.Length), _littleEndian, out NameServiceMessage name, out _))
            return;
        HashSet<(string, uint)> alive = queue == FromDevice ? _ofDevice : _ofDriver;
        if (name.IsDestroy)
            alive.Remove((name.Name, name.Address));
        else if (alive.Count < Maximum)
            alive.Add((name.Name, name.Address));
    }

    /// <summary>The device side is another one: both sides are told what that means for their names.</summary>
    public void OnDeviceReplaced(IDriverRelay relay)
    {
        Span<byte> message = stackalloc byte[RpmsgHeader.Size + NameServiceMessage.Size];
        foreach ((string name, uint address) in _ofDevice)
        {
            Write(message, new NameServiceMessage(name, address, NameServiceFlags.Destroy));
            relay.Answer(FromDevice, message);
        }

        _ofDevice.Clear();
        foreach ((string name, uint address) in _ofDriver)
        {
            Write(message, new NameServiceMessage(name, address, NameServiceFlags.Create));
            relay.Tell(FromDriver, message);
        }
    }

    private void Write(Span<byte> message, in NameServiceMessage name)
    {
        new RpmsgHeader(name.Address, RpmsgAddress.NameService, NameServiceMessage.Size).Write(message, _littleEndian);
        name.Write(message[RpmsgHeader.Size..], _littleEndian);
    }
}
