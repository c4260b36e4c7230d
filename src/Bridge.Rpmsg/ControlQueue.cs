using System.Diagnostics.CodeAnalysis;

namespace Bridge.Rpmsg;

/// <summary>Name service, address service and flow messages in the order in which they go out. What a later message undoes is taken out, so the length is bounded by the endpoints and what was assigned to them, however long no buffer is free.</summary>
/// <param name="keeper">Records what waits, credits excepted: those are said again by whoever goes on.</param>
internal sealed class ControlQueue(IRpmsgKeeper? keeper = null)
{
    private readonly LinkedList<ControlMessage> _messages = new();

    // Nodes are used again: credits are queued while data flows.
    private readonly Stack<LinkedListNode<ControlMessage>> _spare = new();

    // The queued flow messages.
    private readonly Dictionary<(FlowKind Kind, uint Source, uint Destination), LinkedListNode<ControlMessage>> _flows = [];

    // The queued address service messages.
    private readonly Dictionary<(string Name, uint Source, uint Destination, bool IsAssign), LinkedListNode<ControlMessage>> _assignments = [];

    public bool IsEmpty => _messages.Count == 0;

    public int Count => _messages.Count;

    /// <summary>Queues a CREATE, with AS_ANNOUNCE or not.</summary>
    public void Announce(RpmsgEndpoint endpoint, bool asksForAssignment)
    {
        NameServiceFlags flags = NameServiceFlags.Create | (asksForAssignment ? NameServiceFlags.AddressServiceAnnounce : 0);
        endpoint.QueuedCreate = Append(new ControlMessage
        {
            Kind = ControlKind.NameService,
            Service = new NameServiceMessage(endpoint.Name, endpoint.Address, flags),
            Creates = endpoint,
        });
    }

    /// <summary>Takes back a CREATE that still waits, or queues a DESTROY.</summary>
    public void Withdraw(RpmsgEndpoint endpoint)
    {
        if (endpoint.QueuedCreate is { } create)
        {
            Remove(create);
        }
        else
        {
            Append(new ControlMessage
            {
                Kind = ControlKind.NameService,
                Service = new NameServiceMessage(endpoint.Name, endpoint.Address, NameServiceFlags.Destroy),
            });
        }
    }

    /// <summary>Queues an ASSIGN. Of one pair at most a FREE and an ASSIGN wait, in that order, if the two alternate.</summary>
    public void Assign(in AddressServiceMessage message) => AppendAssignment(message);

    /// <summary>Takes back an ASSIGN that still waits (data waits behind it, so the other side need not hear of the endpoint), or queues a FREE.</summary>
    public void Free(in AddressServiceMessage message)
    {
        if (_assignments.TryGetValue(Key(message) with { IsAssign = true }, out LinkedListNode<ControlMessage>? assign))
        {
            Remove(assign);
        }
        else
        {
            AppendAssignment(message);
        }
    }

    /// <summary>Queues a flow message. Of one pair at most a Close, an Open and a Credit wait, in that order.</summary>
    public void Flow(in FlowMessage message)
    {
        if (message.Kind != FlowKind.Credit)
        {
            // The life that a waiting credit counts for is over; the next begins at 0.
            RemoveQueued(Key(FlowKind.Credit, message));
        }

        if (message.Kind == FlowKind.Close && RemoveQueued(Key(FlowKind.Open, message)))
        {
            // Data waits behind control messages, so nothing of this endpoint was sent: the other side need not hear of it at all.
            return;
        }

        (FlowKind, uint, uint) key = Key(message.Kind, message);
        if (_flows.TryGetValue(key, out LinkedListNode<ControlMessage>? queued))
        {
            queued.ValueRef.Flow = message;
            if (queued.ValueRef.Number >= 0)
            {
                keeper!.Replace(queued.ValueRef.Number, queued.ValueRef.ToWaiting());
            }
        }
        else
        {
            _flows.Add(key, Append(new ControlMessage { Kind = ControlKind.Flow, Flow = message }));
        }
    }

    public bool TryPeek([NotNullWhen(true)] out LinkedListNode<ControlMessage>? first)
    {
        first = _messages.First;
        return first is not null;
    }

    /// <summary>The message is in the ring.</summary>
    public void Published(LinkedListNode<ControlMessage> node)
    {
        keeper?.Published(node.ValueRef.Number);
        Take(node);
    }

    /// <summary>The message is not wanted any more.</summary>
    public void Remove(LinkedListNode<ControlMessage> node)
    {
        if (node.ValueRef.Number >= 0)
        {
            keeper!.Remove(node.ValueRef.Number);
        }

        Take(node);
    }

    /// <summary>Queues a message that a predecessor had recorded. False: one of its kind waits already.</summary>
    public bool TryRestore(int number, in WaitingControl waiting, RpmsgEndpoint? creates)
    {
        ControlMessage message = ControlMessage.From(number, waiting, creates);
        bool isNew = message.Kind switch
        {
            ControlKind.Flow => !_flows.ContainsKey(Key(message.Flow.Kind, message.Flow)),
            ControlKind.AddressService => !_assignments.ContainsKey(Key(message.Assignment)),
            _ => true,
        };
        if (!isNew)
        {
            return false;
        }

        LinkedListNode<ControlMessage> node = _messages.AddLast(message);
        switch (message.Kind)
        {
            case ControlKind.Flow:
                _flows.Add(Key(message.Flow.Kind, message.Flow), node);
                break;
            case ControlKind.AddressService:
                _assignments.Add(Key(message.Assignment), node);
                break;
            default:
                if (creates is not null)
                {
                    creates.QueuedCreate = node;
                }

                break;
        }

        return true;
    }

    private void Take(LinkedListNode<ControlMessage> node)
    {
        ref ControlMessage message = ref node.ValueRef;
        switch (message.Kind)
        {
            case ControlKind.Flow:
                _flows.Remove(Key(message.Flow.Kind, message.Flow));
                break;
            case ControlKind.AddressService:
                _assignments.Remove(Key(message.Assignment));
                break;
            default:
                if (message.Creates is { } endpoint)
                {
                    endpoint.QueuedCreate = null;
                }

                break;
        }

        _messages.Remove(node);
        message = default;
        _spare.Push(node);
    }

    /// <summary>The life of the device ended: nothing of this is of interest in the next.</summary>
    public void Clear()
    {
        while (TryPeek(out LinkedListNode<ControlMessage>? first))
        {
            Remove(first);
        }
    }

    private static (FlowKind Kind, uint Source, uint Destination) Key(FlowKind kind, in FlowMessage message) => (kind, message.Source, message.Destination);

    private static (string Name, uint Source, uint Destination, bool IsAssign) Key(in AddressServiceMessage message) =>
        (message.Name, message.Source, message.Destination, message.IsAssign);

    private void AppendAssignment(in AddressServiceMessage message) =>
        _assignments.Add(Key(message), Append(new ControlMessage { Kind = ControlKind.AddressService, Assignment = message }));

    private bool RemoveQueued((FlowKind, uint, uint) key)
    {
        if (!_flows.TryGetValue(key, out LinkedListNode<ControlMessage>? queued))
        {
            return false;
        }

        Remove(queued);
        return true;
    }

    private LinkedListNode<ControlMessage> Append(ControlMessage message)
    {
        bool isCredit = message is { Kind: ControlKind.Flow, Flow.Kind: FlowKind.Credit };
        message.Number = keeper is null || isCredit ? -1 : keeper.Add(message.ToWaiting());
        if (_spare.TryPop(out LinkedListNode<ControlMessage>? node))
        {
            node.ValueRef = message;
        }
        else
        {
            node = new LinkedListNode<ControlMessage>(message);
        }

        _messages.AddLast(node);
        return node;
    }
}
