using Bridge.Link;
using Bridge.Link.Frames.Device;

namespace Bridge.Relay;

/// <content>The driver's writes to the configuration space: given to the port, and answered with what the space is afterwards.</content>
public sealed partial class DeviceRelay
{
    // The last write of this life that was taken or refused.
    private uint _written;
    private bool _answerDue, _toldRefusal;

    private void TakeWrite(in SetConfigurationPayload write)
    {
        if (write.Number <= _written || write.Number == uint.MaxValue)
            throw new LinkProtocolException(CloseReason.ProtocolViolation, $"{FrameType.SetConfiguration} {write.Number}; {_written} came before");
        (_written, _answerDue) = (write.Number, true);
        DeviceOffer offer = _port.Offer!;
        // The other gateway has a table of its own, perhaps of another version: this one's decides.
        bool admitted = write.Offset + write.Bytes.Length <= offer.Configuration.Length
            && _row!.FindWritable(write.Offset, write.Bytes.Length, offer.Features & _row.Features, _features) is not null;
        if (admitted && _port.WriteConfiguration(write.Offset, write.Bytes))
        {
            Counters.ConfigurationWrites++;
            return;
        }

        Counters.RefusedConfigurationWrites++;
        if (!_toldRefusal)
            RelayLog.WriteRefused(Log, Device, write.Bytes.Length, (uint)write.Offset, _row!.Name);
        _toldRefusal = true;
    }

    /// <summary>Tells what the configuration space is now. False: the transport is full.</summary>
    private bool SendConfiguration(LaneOutput output)
    {
        if (_port.Offer is not { } offer || !(_answerDue || _offerChanged || offer.ConfigurationGeneration != _toldGeneration))
            return true;
        if (!output.CanWrite)
            return false;
        ReadOnlySpan<byte> space = offer.Configuration.Span;
        if (_answerDue)
            output.End(ConfigurationPayload.Write(output.Begin(FrameType.Configuration, Epoch), _written, offer.ConfigurationGeneration, space));
        else
            output.End(EventConfigurationPayload.Write(output.Begin(FrameType.EventConfiguration, Epoch), offer.ConfigurationGeneration, space));
        (_answerDue, _offerChanged, _toldGeneration) = (false, false, offer.ConfigurationGeneration);
        return true;
    }
}
