using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.VhostUser;

/// <summary>
/// The back end of one front end: takes its requests, one after the other, and says what to reply. Connected to the relay by its <see cref="VringSet"/>. Belongs to the
/// device's turn.
/// </summary>
internal sealed partial class BackEnd : IDisposable
{
    /// <summary>VHOST_USER_F_PROTOCOL_FEATURES: feature bit 30, which means something in this protocol only.</summary>
    public const ulong ProtocolFeaturesBit = 1UL << 30;

    /// <summary>
    /// What is offered. Not STATUS: QEMU writes 0 to it whenever a guest is stopped, so that a pause could not be told from a reset. Not LOG_SHMFD: a guest cannot be moved
    /// while a remote device has its buffers. Not PAGEFAULT: nothing can be moved in the middle of its work either. INBAND_NOTIFICATIONS where the options say so.
    /// </summary>
    private const ProtocolFeatures Always = ProtocolFeatures.MultipleQueues | ProtocolFeatures.ReplyAcknowledge | ProtocolFeatures.BackEndRequest
        | ProtocolFeatures.Configuration | ProtocolFeatures.InflightDescriptor | ProtocolFeatures.ResetDevice
        | ProtocolFeatures.ConfigureMemorySlots;

    private readonly ProtocolFeatures _offeredProtocol;
    private readonly IDriverRelay _relay;
    private readonly VringSet _vrings;
    private readonly PollThread _poll;
    private readonly VhostUserCounters _counters;
    private DeviceOffer _offer;
    private ProtocolFeatures _protocol;
    private readonly string _device;
    private BackEndChannel? _channel;
    private bool _hasLeft;

    /// <summary>Takes over the queues, which may be in a life that their front end was cut off from.</summary>
    public BackEnd(VhostUserOptions options, DeviceOffer offer, IDriverRelay relay, VringSet vrings, PollThread poll, VhostUserCounters counters)
    {
        (_device, _vrings, _trustsMemory) = (options.Device, vrings, options.UnsealedMemory);
        (_offer, _relay, _poll, _counters) = (offer, relay, poll, counters);
        _offeredProtocol = options.InBandNotifications ? Always | ProtocolFeatures.InBandNotifications : Always;
    }

    /// <summary>A driver runs, or is about to: its rings are to be looked at now and then.</summary>
    public bool IsRunning => _vrings.IsRunning || _vrings.IsReady;

    /// <summary>The front end's memory; null until it has sent it.</summary>
    public MemoryTable? Memory => _vrings.Memory;

    /// <summary>The device's configuration changed.</summary>
    public void OnOffer(DeviceOffer offer)
    {
        // What its own driver wrote is in the offer at hand already.
        bool changed = offer.ConfigurationGeneration != _offer.ConfigurationGeneration || !offer.Configuration.Span.SequenceEqual(_offer.Configuration.Span);
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
    /// <exception cref="FrontEndFaultException">A ring cannot be used, or the remote device has lost queues that the front end was told of.</exception>
    public void Pump()
    {
        // A front end asks for their number once. The relay has no place for a queue that the remote device does not have any more.
        if (_offer.QueueSizes.Count < _vrings.All.Length)
            throw new FrontEndFaultException($"the remote device has {_offer.QueueSizes.Count} queues now, the front end was told of {_vrings.All.Length}; connect it again");
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

    /// <summary>It serves a life that its front end was cut off from, and has not returned to yet.</summary>
    public bool IsDetached => _vrings.IsDetached;

    /// <summary>The front end has gone, but can come back to its life: what is left of it, with the caller as its owner; else null.</summary>
    public VringSet? Leave()
    {
        _hasLeft = _vrings.TryDetach();
        return _hasLeft ? _vrings : null;
    }

    public void Dispose()
    {
        if (!_hasLeft)
            _vrings.Dispose();
        TakeReplyDescriptor()?.Dispose();
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
            case FrontEndRequest.GetMaximumMemorySlots:
                return Write(reply, MemoryRegion.MaximumSlots);
            case FrontEndRequest.AddMemoryRegion:
                return AddMemory(MemoryRegion.ReadSingle(payload, request), Take(descriptors, request));
            case FrontEndRequest.RemoveMemoryRegion:
                return RemoveMemory(MemoryRegion.ReadSingle(payload, request));
            case FrontEndRequest.SetBackEndRequestDescriptor:
                return SetChannel(descriptors);
            case FrontEndRequest.GetConfiguration:
                return ReadConfiguration(ConfigurationSpace.Read(payload, request), reply);
            case FrontEndRequest.SetConfiguration:
                return WriteConfiguration(ConfigurationSpace.Read(payload, request), payload[ConfigurationSpace.Size..]);
            case FrontEndRequest.GetInflightDescriptor:
                return GiveRegion(InflightRegion.Read(payload, request), reply);
            case FrontEndRequest.SetInflightDescriptor:
                InflightRegion region = InflightRegion.Read(payload, request);
                _vrings.Return(InflightMemory.Map(region, Take(descriptors, request), _vrings.All.Length));
                return Done;
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
        features &= _offer.Features | ProtocolFeaturesBit | ~DeviceTable.Find(_offer.DeviceId).OfFrontEnd;
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

    private int SetChannel(List<FileDescriptor> descriptors)
    {
        FileDescriptor descriptor = Take(descriptors, FrontEndRequest.SetBackEndRequestDescriptor);
        _channel?.Dispose();
        try
        {
            _channel = new BackEndChannel(descriptor, _vrings.All.Length);
            return Done;
        }
        catch (LinuxException unusable)
        {
            throw new FrontEndFaultException($"a channel for requests that is no socket: {unusable.Message}", unusable);
        }
    }

    /// <summary>
    /// From the cache, as the device side last told it. Front ends ask for the structure that they were built with, whatever the device has of it: what the device does not have
    /// reads as 0, and means nothing without its feature. A reply without bytes, which is an error to QEMU, says that no device has so much.
    /// </summary>
    private int ReadConfiguration(in ConfigurationSpace space, Span<byte> reply)
    {
        ReadOnlySpan<byte> configuration = _offer.Configuration.Span;
        if ((ulong)space.Offset + space.Length > (ulong)Math.Max(ConfigurationSpace.Longest, configuration.Length))
            return 0;
        space.Write(reply);
        Span<byte> bytes = reply.Slice(ConfigurationSpace.Size, (int)space.Length);
        bytes.Clear();
        ReadOnlySpan<byte> rest = configuration[Math.Min((int)space.Offset, configuration.Length)..];
        rest[..Math.Min(rest.Length, bytes.Length)].CopyTo(bytes);
        return ConfigurationSpace.Size + bytes.Length;
    }

    /// <summary>The driver sees its write at once; what the remote device makes of it comes later.</summary>
    private int WriteConfiguration(in ConfigurationSpace space, ReadOnlySpan<byte> bytes)
    {
        if (space.Flags != ConfigurationSpace.ByTheDriver || _relay.WriteConfiguration(space.Offset, bytes) is not { } offer)
            return Refused;
        _offer = offer;
        _vrings.HasWritten = true;
        return Done;
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
