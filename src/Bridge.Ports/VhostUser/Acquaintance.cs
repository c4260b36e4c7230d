using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// Asks a back end what it is: features, protocol features, number of queues, configuration space; the last one again whenever the back end says that it has changed.
/// Belongs to the device's turn.
/// </summary>
internal sealed class Acquaintance : IDisposable
{
    /// <summary>What is used of a back end. Not in-band notifications: an eventfd is cheaper. Not STATUS: back ends stop and start with their rings.</summary>
    private const ProtocolFeatures Wanted = ProtocolFeatures.MultipleQueues | ProtocolFeatures.ReplyAcknowledge | ProtocolFeatures.BackEndRequest
        | ProtocolFeatures.Configuration | ProtocolFeatures.InflightDescriptor;

    private readonly BackEndConnection _connection;
    private readonly PollThread _poll;
    private readonly VhostUserDeviceCounters _counters;
    private readonly int _configurationLength;
    private BackEndRequests? _requests;
    private int _writes, _writesRead;

    /// <summary>Begins to ask.</summary>
    public Acquaintance(BackEndConnection connection, DeviceRow row, VhostUserDeviceOptions options, PollThread poll, VhostUserDeviceCounters counters)
    {
        (_connection, _poll, _counters, _configurationLength) = (connection, poll, counters, row.ConfigurationLength);
        Configuration = options.Configuration;
        connection.Tell(FrontEndRequest.SetOwner, []);
        connection.Ask(FrontEndRequest.GetFeatures, [], (payload, _) => TakeFeatures(Number.Read(payload, FrontEndRequest.GetFeatures)));
    }

    /// <summary>All has been answered.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Feature bits, <see cref="BackEnd.ProtocolFeaturesBit"/> among them.</summary>
    public ulong Features { get; private set; }

    /// <summary>What is agreed on.</summary>
    public ProtocolFeatures Protocol { get; private set; }

    /// <summary>Queues of the back end; null: it did not say.</summary>
    public ulong? Queues { get; private set; }

    /// <summary>The configuration space as last read.</summary>
    public ReadOnlyMemory<byte> Configuration { get; private set; }

    /// <summary>What was last read holds all that was written.</summary>
    public bool IsConfigurationCurrent => _writesRead == _writes;

    /// <summary>It has a configuration space of its own, to be read and written.</summary>
    public bool HasConfiguration => Has(ProtocolFeatures.Configuration);

    /// <summary>Rings are enabled by a message of their own.</summary>
    public bool HasEnable => (Features & BackEnd.ProtocolFeaturesBit) != 0;

    /// <summary>Takes the back end's own requests. True: there may be more.</summary>
    /// <exception cref="BackEndFaultException">It broke the protocol.</exception>
    public bool Pump() => _requests?.Pump() ?? false;

    /// <summary>Writes to the configuration space, and reads what has become of it.</summary>
    /// <param name="offset">Where, bytes.</param>
    /// <param name="bytes">What.</param>
    /// <param name="refused">The back end has said that it does not take it.</param>
    public void Write(int offset, ReadOnlySpan<byte> bytes, Action refused)
    {
        byte[] request = new byte[ConfigurationSpace.Size + bytes.Length];
        new ConfigurationSpace((uint)offset, (uint)bytes.Length, ConfigurationSpace.ByTheDriver).Write(request);
        bytes.CopyTo(request.AsSpan(ConfigurationSpace.Size));
        _writes++;
        _connection.Propose(FrontEndRequest.SetConfiguration, request, refused);
        AskConfiguration();
    }

    public void Dispose() => _requests?.Dispose();

    private void TakeFeatures(ulong features)
    {
        Features = features;
        if (HasEnable)
            _connection.Ask(FrontEndRequest.GetProtocolFeatures, [], (payload, _) => TakeProtocol((ProtocolFeatures)Number.Read(payload, FrontEndRequest.GetProtocolFeatures)));
        else
            IsComplete = true;
    }

    private void TakeProtocol(ProtocolFeatures offered)
    {
        Protocol = offered & Wanted;
        byte[] agreed = new byte[Number.Size];
        Number.Write(agreed, (ulong)Protocol);
        _connection.Tell(FrontEndRequest.SetProtocolFeatures, agreed);
        _connection.Acknowledges = Has(ProtocolFeatures.ReplyAcknowledge);
        if (Has(ProtocolFeatures.BackEndRequest))
            _requests = BackEndRequests.Open(_connection, _poll, _counters, AskConfiguration);
        if (Has(ProtocolFeatures.MultipleQueues))
            _connection.Ask(FrontEndRequest.GetQueueNum, [], (payload, _) => Queues = Number.Read(payload, FrontEndRequest.GetQueueNum));
        AskConfiguration();
        // Answers come in order: with this one all are there.
        _connection.Ask(FrontEndRequest.GetFeatures, [], (payload, _) =>
        {
            Features = Number.Read(payload, FrontEndRequest.GetFeatures);
            IsComplete = true;
        });
    }

    private bool Has(ProtocolFeatures feature) => (Protocol & feature) != 0;

    private void AskConfiguration()
    {
        if (!Has(ProtocolFeatures.Configuration) || _configurationLength == 0)
            return;
        byte[] request = new byte[ConfigurationSpace.Size + _configurationLength];
        new ConfigurationSpace(0, (uint)_configurationLength, 0).Write(request);
        int writes = _writes;
        _connection.Ask(FrontEndRequest.GetConfiguration, request, (payload, _) => TakeConfiguration(payload, writes));
    }

    /// <summary>An answer from before the last write would bring an older value back: another one is under way.</summary>
    private void TakeConfiguration(ReadOnlySpan<byte> payload, int writes)
    {
        _writesRead = writes;
        if (payload.IsEmpty)
            throw new BackEndFaultException($"it does not give {_configurationLength} bytes of configuration: is it a device of another type?");
        ConfigurationSpace space = ConfigurationSpace.Read(payload, FrontEndRequest.GetConfiguration);
        if (space.Offset != 0 || space.Length != (uint)_configurationLength)
            throw new BackEndFaultException($"{space.Length} bytes of configuration from {space.Offset} where {_configurationLength} from 0 were asked for");
        if (IsConfigurationCurrent && !payload[ConfigurationSpace.Size..].SequenceEqual(Configuration.Span))
            Configuration = payload[ConfigurationSpace.Size..].ToArray();
    }
}
