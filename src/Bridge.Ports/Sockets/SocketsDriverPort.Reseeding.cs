using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Sockets;

/// <content>
/// A device side that lost its window. Its names are withdrawn, and with them end the conversations; its successor begins a new life, is told of the names here, and gets the messages that the
/// lost one had not used, in their order, before anything else: rpmsg may repeat them (the device table). With the flow service a message belongs to a conversation that both ends know, which
/// the successor does not: there it is counted as unsent.
/// </content>
public sealed partial class SocketsDriverPort
{
    private readonly List<byte[]> _unused = [];
    private ulong _unusedFeatures;

    /// <summary>Before the reset, which forgets the rings.</summary>
    private void TakeUnused()
    {
        if (_rings is not { } rings || _state != DriverState.Running)
        {
            return;
        }

        try
        {
            foreach (byte[] message in rings.CopyUnused())
            {
                // What the bus says is said anew in the next life.
                if (RpmsgHeader.TryRead(message, IsLittleEndian(_features), out RpmsgHeader header)
                    && header.Destination is not (RpmsgAddress.NameService or RpmsgAddress.AddressService or RpmsgAddress.Flow))
                {
                    _unused.Add(message);
                }
            }
        }
        catch (RingFaultException fault)
        {
            _sockets.Counters.RingFaults++;
            SocketsLog.RingFault(_log, _options.Device, fault.Message);
        }

        _unusedFeatures = _features;
    }

    /// <summary>First of all in the new life.</summary>
    private void GiveUnused(RpmsgDriverRings rings)
    {
        if (_unused.Count == 0)
        {
            return;
        }

        int given = 0;
        bool isSame = ((_features | _unusedFeatures) & RpmsgFeatures.Flow) == 0 && IsLittleEndian(_features) == IsLittleEndian(_unusedFeatures);
        foreach (byte[] message in _unused)
        {
            if (isSame && rings.TryReserve(out Span<byte> buffer) && message.Length <= buffer.Length)
            {
                message.CopyTo(buffer);
                rings.Commit(message.Length);
                given++;
            }
        }

        _sockets.Counters.Reseeded += given;
        _sockets.Counters.Unsent += _unused.Count - given;
        SocketsLog.GivenToSuccessor(_log, _options.Device, given, _unused.Count - given);
        _unused.Clear();
    }

    private static bool IsLittleEndian(ulong features) => (features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian;
}
