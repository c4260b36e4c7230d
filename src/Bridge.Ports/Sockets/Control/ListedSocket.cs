using System.Text.Json.Serialization;

namespace Bridge.Ports.Sockets.Control;

/// <summary>One socket below the device's directory at one moment.</summary>
/// <param name="Socket">Its path below that directory.</param>
/// <param name="Name">The rpmsg name, one character per byte.</param>
/// <param name="State">What connecting would find.</param>
/// <param name="Local">Our rpmsg address; null for one that has none before it is opened.</param>
/// <param name="Remote">The other side's rpmsg address; null while a service waits for a peer.</param>
/// <param name="Created">Made by <c>create</c>: <c>destroy</c> removes it.</param>
/// <param name="Failure">Why it is unavailable, an errno's name; null if it is not.</param>
internal sealed record ListedSocket(
    string Socket,
    string Name,
    [property: JsonConverter(typeof(CamelCaseConverter<ListedState>))] ListedState State,
    uint? Local,
    uint? Remote,
    bool Created,
    string? Failure);
