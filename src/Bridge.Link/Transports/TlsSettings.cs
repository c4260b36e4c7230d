using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports;

/// <summary>The TLS options that both transports use: version 1.3, both sides show a certificate, our own judgement of it.</summary>
internal static class TlsSettings
{
    /// <summary>Which protocol runs inside; its version is Hello's business.</summary>
    public static readonly SslApplicationProtocol Protocol = new("rpmsg-bridge");

    /// <summary>Not a name of anybody: peers are known by their keys. The server ignores it.</summary>
    private const string TargetHost = "rpmsg-bridge";

    public static SslClientAuthenticationOptions Client(GatewayIdentity identity, PeerVerification peer) => new()
    {
        ApplicationProtocols = [Protocol],
        CertificateChainPolicy = NoChain(),
        ClientCertificateContext = identity.TlsContext,
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = peer.Verify,
        TargetHost = TargetHost,
    };

    public static SslServerAuthenticationOptions Server(GatewayIdentity identity, PeerVerification peer) => new()
    {
        // A resumed session would skip the certificate, and with it the proof of the peer's key that this handshake is about.
        AllowTlsResume = false,
        ApplicationProtocols = [Protocol],
        CertificateChainPolicy = NoChain(),
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = peer.Verify,
        ServerCertificateContext = identity.TlsContext,
    };

    // The TLS stack builds a chain before it asks us. It must not go to the network or to the system's roots for that.
    private static X509ChainPolicy NoChain() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };
}
