using Bridge.Ports.Sockets;

namespace Bridge.Gateway.Configuration;

/// <summary>An rpmsg device's buffers, flow control and address service.</summary>
/// <param name="Buffers">Message buffers in each direction.</param>
/// <param name="BufferSize">Bytes of one buffer with its 16-byte header.</param>
/// <param name="Quota">Messages that may wait for one endpoint's reader.</param>
/// <param name="SlowReader">What happens beyond the quota when the sender cannot be stopped.</param>
/// <param name="AddressService">The 2020 vhost series' address service is offered or accepted.</param>
internal sealed record RpmsgConfiguration(int Buffers, int BufferSize, int Quota, OverQuotaPolicy SlowReader, bool AddressService);
