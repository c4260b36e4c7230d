using Bridge.Ports.Sockets;

namespace Bridge.Gateway.Configuration;

/// <summary>A service that applications may offer through <c>services/&lt;name&gt;</c>.</summary>
/// <param name="Name">Its rpmsg name, 1..31 bytes.</param>
/// <param name="Address">Its fixed address; null = the next dynamic one.</param>
/// <param name="Terms">How it deals with applications and peers.</param>
internal sealed record ServiceConfiguration(string Name, uint? Address, EntryTerms Terms);
