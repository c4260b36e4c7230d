using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The back end of one front end: takes its requests, one after the other, and says what to reply. Connected to the relay by its <see cref="VringSet"/>. Belongs to the
/// device's turn.
/// </summary>
internal sealed class BackEnd : IDisposable
{
    /// <summary>VHOST_USER_F_PROTOCOL_FEATURES: feature bit 30, which means something in this protocol only.</summary>
    public const ulong ProtocolFeaturesBit = 1UL << 30;

    /// <summary>
    /// What is offered. Not STATUS: QEMU writes 0 to it whenever a guest is stopped, so that a pause could not be told from a reset. Not LOG_SHMFD: a guest cannot be moved
    /// while a remote device has its buffers. Not INFLIGHT_SHMFD: the relay's own table knows what is in flight. INBAND_NOTIFICATIONS where the options say so.
    /// </summary>
    private const ProtocolFeatures Always = ProtocolFeatures.MultipleQueues | ProtocolFeatures.ReplyAcknowledge | ProtocolFeatures.BackEndRequest
        | ProtocolFeatures.Configuration | ProtocolFeatures.ResetDevice;

    private readonly ProtocolFeatures _offeredProtocol;
    private readonly VringSet _vrings;
    private readonly PollThread _poll;
    private readonly VhostUserCounters _counters;
    private DeviceOffer _offer;
    private ProtocolFeatures _protocol;
    private BackEndChannel? _channel;

    public BackEnd(VhostUserOptions options, DeviceOffer offer, IDriverRelay relay, PollThread poll, VhostUserCounters counters, PassedNames names, TimeProvider time, ILogger log)
    {
        (_offer, _poll, _counters) = (offer, poll, counters);
        _offeredProtocol = options.InBandNotifications ? Always | ProtocolFeatures.InBandNotifications : Always;
        _vrings = new VringSet(options.Device, offer.QueueSizes.Count, relay, time, log) { Begins = names.Begin };
    }

    /// <summary>A driver runs, or is about to: its rings are to be looked at now and then.</summary>
    public bool IsRunning => _vrings.IsRunning || _vrings.IsReady;

    /// <summary>The front end's memory; null until it has sent it.</summary>
    public MemoryTable? Memory => _vrings.Memory;

    /// <summary>The device's configuration changed.</summary>
    public void OnOffer(DeviceOffer offer)
    {
        bool changed = offer.ConfigurationGeneration != _offer.ConfigurationGeneration;
        _offer = offer;
        if (changed && (_protocol & ProtocolFeatures.Configuration) != 0)
            _channel?.SendConfigurationChange();
    }

    /// <summary>Used elements were published.</summary>
    public void Call(int queue)
    {
        if (queue >= _vrings.All.Length)
            return;
        Vring vring = _vrings.All[queue];
        _counters.Calls++;
        if (vring.Call is { } call)
            _counters.LostCalls += call.Ring() ? 0 : 1;
        else if ((_protocol & ProtocolFeatures.InBandNotifications) != 0)
            _channel?.SendCall(queue);
    }

    /// <summary>The life cannot go on. There is no message for it: whoever watches the error descriptors learns of it.</summary>
    public void OnNeedsReset()
    {
        foreach (Vring vring in _vrings.All)
            vring.Error?.Ring();
    }

    /// <summary>Starts and goes on with what is ready, and sends what found the channel full.</summary>
    /// <exception cref="FrontEndFaultException">A ring cannot be used.</exception>
    public void Pump()
    {
        _vrings.Advance();
        if (_channel is { IsBlocked: true } channel)
            channel.Flush();
    }

    /// <summary>Takes one request.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="descriptors">Those that came along: those that are used are taken out of the list.</param>
    /// <param name="reply">Gets the reply; a header and <see cref="MessageHeader.MaximumPayload"/> long.</param>
    /// <returns>Length of the reply, header included; 0: none.</returns>
    /// <exception cref="FrontEndFaultException">The front end broke the protocol.</exception>
    public int Handle(in MessageHeader header, ReadOnlySpan<byte> payload, List<FileDescriptor> descriptors, Span<byte> reply)
    {
        _counters.Requests++;
        var request = (FrontEndRequest)header.Request;
        int length = Answer(request, payload, descriptors, reply[MessageHeader.Size..]);
        if (length < 0)
        {
            if ((_protocol & ProtocolFeatures.ReplyAcknowledge) == 0 || !header.NeedsReply)
                return 0;
            Number.Write(reply[MessageHeader.Size..], length == Done ? 0u : 1u);
            length = Number.Size;
        }

        new MessageHeader(header.Request, MessageHeader.Version | MessageHeader.Reply, (uint)length).Write(reply);
        return MessageHeader.Size + length;
    }

    public void Dispose()
    {
        _vrings.Dispose();
        _channel?.Dispose();
        _channel = null;
    }

    private const int Done = -1, Refused = -2;

    /// <summary>Length of the reply's payload; <see cref="Done"/> or <see cref="Refused"/> for a request that has no reply of its own.</summary>
    private int Answer(FrontEndRequest request, ReadOnlySpan<byte> payload, List<FileDescriptor> descriptors, Span<byte> reply)
    {
        switch (request)
        {
            case FrontEndRequest.GetFeatures:
                return Write(reply, (_offer.Features & ~(1UL << 26)) | ProtocolFeaturesBit);
            case FrontEndRequest.SetFeatures:
                return SetFeatures(Number.Read(payload, request));
            case FrontEndRequest.SetOwner:
                return Done;
            case FrontEndRequest.ResetOwner or FrontEndRequest.ResetDevice:
                _vrings.EndLife($"{request}");
                return Done;
            case FrontEndRequest.GetProtocolFeatures:
                return Write(reply, (ulong)_offeredProtocol);
            case FrontEndRequest.SetProtocolFeatures:
                return SetProtocolFeatures((ProtocolFeatures)Number.Read(payload, request));
            case FrontEndRequest.GetQueueNum:
                return Write(reply, (ulong)_offer.QueueSizes.Count);
            case FrontEndRequest.SetMemoryTable:
                return SetMemory(payload, descriptors);
            case FrontEndRequest.SetBackEndRequestDescriptor:
                return SetChannel(descriptors);
            case FrontEndRequest.GetConfiguration:
                return ReadConfiguration(ConfigurationSpace.Read(payload, request), reply);
            case FrontEndRequest.SetVringAddress:
                var address = VringAddress.Read(payload);
                _vrings.SetAddress(_vrings.Find(address.Index, request), address);
                return Done;
            case FrontEndRequest.SetVringNum or FrontEndRequest.SetVringBase or FrontEndRequest.GetVringBase or FrontEndRequest.SetVringEnable or FrontEndRequest.VringKick:
                return SetState(request, VringState.Read(payload, request), reply);
            case FrontEndRequest.SetVringKick or FrontEndRequest.SetVringCall or FrontEndRequest.SetVringError:
                return SetDoorbell(request, VringDescriptor.Read(payload, request), descriptors);
            default:
                _counters.UnknownRequests++;
                return Refused;
        }
    }

    private static int Write(Span<byte> reply, ulong value)
    {
        Number.Write(reply, value);
        return Number.Size;
    }

    private int SetFeatures(ulong features)
    {
        ulong foreign = features & ~(_offer.Features | ProtocolFeaturesBit);
        if (foreign != 0)
            throw new FrontEndFaultException($"the front end accepted features that were not offered: {VirtioFeatures.Describe(foreign)}");
        _vrings.HasEnable = (features & ProtocolFeaturesBit) != 0 || _protocol != 0;
        _vrings.SetFeatures(features & ~ProtocolFeaturesBit);
        return Done;
    }

    private int SetProtocolFeatures(ProtocolFeatures features)
    {
        if ((features & ~_offeredProtocol) != 0)
            throw new FrontEndFaultException($"the front end accepted protocol features that were not offered: 0x{(ulong)(features & ~_offeredProtocol):x}");
        (_protocol, _vrings.HasEnable) = (features, true);
        _vrings.HasInBandKicks = (features & ProtocolFeatures.InBandNotifications) != 0;
        return Done;
    }

    private int SetMemory(ReadOnlySpan<byte> payload, List<FileDescriptor> descriptors)
    {
        FileDescriptor[] files = [.. descriptors];
        MemoryRegion[] regions = MemoryRegion.ReadTable(payload);
        descriptors.Clear();
        _vrings.SetMemory(MemoryTable.Map(regions, files));
        return Done;
    }

    private int SetChannel(List<FileDescriptor> descriptors)
    {
        FileDescriptor descriptor = Take(descriptors, FrontEndRequest.SetBackEndRequestDescriptor);
        _channel?.Dispose();
        _channel = new BackEndChannel(descriptor, _vrings.All.Length);
        return Done;
    }

    /// <summary>From the cache, as the device side last told it. A reply without bytes says that there are none.</summary>
    private int ReadConfiguration(in ConfigurationSpace space, Span<byte> reply)
    {
        ReadOnlySpan<byte> configuration = _offer.Configuration.Span;
        if ((ulong)space.Offset + space.Length > (ulong)configuration.Length)
            return 0;
        space.Write(reply);
        configuration.Slice((int)space.Offset, (int)space.Length).CopyTo(reply[ConfigurationSpace.Size..]);
        return ConfigurationSpace.Size + (int)space.Length;
    }

    private int SetState(FrontEndRequest request, VringState state, Span<byte> reply)
    {
        Vring vring = _vrings.Find(state.Index, request);
        switch (request)
        {
            case FrontEndRequest.SetVringNum:
                _vrings.SetSize(vring, state.Number, request);
                break;
            case FrontEndRequest.SetVringBase:
                _vrings.SetBase(vring, state.Number, request);
                break;
            case FrontEndRequest.GetVringBase:
                (state with { Number = _vrings.Return((int)state.Index) }).Write(reply);
                return VringState.Size;
            case FrontEndRequest.SetVringEnable:
                vring.IsEnabled = state.Number != 0;
                if (!vring.IsEnabled)
                    _vrings.Stop((int)state.Index);
                break;
            default:
                // VRING_KICK. It has brought the turn about, which looks at every ring.
                vring.HasRung = true;
                break;
        }

        return Done;
    }

    private int SetDoorbell(FrontEndRequest request, VringDescriptor which, List<FileDescriptor> descriptors)
    {
        Vring vring = _vrings.Find(which.Index, request);
        Doorbell? doorbell = null;
        try
        {
            doorbell = which.HasNone ? null : new Doorbell(Take(descriptors, request));
            if (request == FrontEndRequest.SetVringError)
            {
                vring.SetError(doorbell);
            }
            else if (request == FrontEndRequest.SetVringCall)
            {
                vring.SetCall(doorbell);
                // What was published while the doorbell was exchanged may have rung the old one.
                if (vring.IsSet && !vring.IsStopped)
                    Call((int)which.Index);
            }
            else
            {
                SetKick(vring, doorbell);
            }

            return Done;
        }
        catch (LinuxException unusable)
        {
            throw new FrontEndFaultException($"{request} for queue {which.Index}: {unusable.Message}", unusable);
        }
    }

    private void SetKick(Vring vring, Doorbell? doorbell)
    {
        Kick? kick = doorbell is null ? null : new Kick(doorbell, vring, _poll);
        vring.SetKick(kick);
        kick?.Listen();
        vring.IsStarted = true;
    }

    private static FileDescriptor Take(List<FileDescriptor> descriptors, FrontEndRequest request)
    {
        if (descriptors.Count != 1)
            throw new FrontEndFaultException($"{request} with {descriptors.Count} descriptors; it has 1");
        FileDescriptor descriptor = descriptors[0];
        descriptors.Clear();
        return descriptor;
    }
}
