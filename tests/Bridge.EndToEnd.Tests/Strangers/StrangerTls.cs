using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Bridge.EndToEnd.Tests.Gateways;

namespace Bridge.EndToEnd.Tests.Strangers;

/// <summary>TLS of somebody who speaks it well and is not the peer.</summary>
internal static class StrangerTls
{
    public static X509Certificate2 Certificate() => Certificates.SelfSigned("stranger", DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));

    public static SslClientAuthenticationOptions Options(X509Certificate2? certificate, SslProtocols protocols) => new()
    {
        ApplicationProtocols = [new SslApplicationProtocol("rpmsg-bridge")],
        ClientCertificates = certificate is null ? null : [certificate],
        EnabledSslProtocols = protocols,
        LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        // Whoever it is: the stranger wants in.
        RemoteCertificateValidationCallback = static (_, gateway, _, _) => gateway is not null,
        TargetHost = "rpmsg-bridge",
    };
}
