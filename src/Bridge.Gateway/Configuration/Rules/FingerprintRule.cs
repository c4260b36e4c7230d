using Bridge.Link.Trust;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary>The SHA-256 of a peer's public key, as <c>rpmsg-bridge identity</c> prints it on the peer.</summary>
internal sealed class FingerprintRule : ValueRule<string>
{
    public override string Type => "fingerprint";

    public override string Range => "sha256: and 64 hexadecimal digits, as the peer's `rpmsg-bridge identity` prints them";

    public override bool TryParse(string text, out string value, out string problem)
    {
        bool accepted = KeyFingerprint.TryParse(text, out value);
        problem = accepted ? "" : "is not a fingerprint";
        return accepted;
    }
}
