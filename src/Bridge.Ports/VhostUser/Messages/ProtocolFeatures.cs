namespace Bridge.Ports.VhostUser.Messages;

/// <summary>VHOST_USER_PROTOCOL_F_*; each value is its bit.</summary>
[Flags]
internal enum ProtocolFeatures : ulong
{
    None = 0,

    /// <summary>GET_QUEUE_NUM.</summary>
    MultipleQueues = 1UL << 0,

    /// <summary>NEED_REPLY is honoured.</summary>
    ReplyAcknowledge = 1UL << 3,

    /// <summary>SET_BACKEND_REQ_FD. Linux 6.1 and 6.12 do not probe a device without it.</summary>
    BackEndRequest = 1UL << 5,

    /// <summary>GET_CONFIG and SET_CONFIG.</summary>
    Configuration = 1UL << 9,

    /// <summary>GET_INFLIGHT_FD and SET_INFLIGHT_FD.</summary>
    InflightDescriptor = 1UL << 12,

    /// <summary>RESET_DEVICE.</summary>
    ResetDevice = 1UL << 13,

    /// <summary>VRING_KICK and VRING_CALL as messages.</summary>
    InBandNotifications = 1UL << 14,

    /// <summary>GET_MAX_MEM_SLOTS, ADD_MEM_REG and REM_MEM_REG.</summary>
    ConfigureMemorySlots = 1UL << 15,
}
