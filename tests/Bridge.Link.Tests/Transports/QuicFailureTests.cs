using System.Net.Quic;
using System.Runtime.Versioning;
using Bridge.Link.Transports.Quic;

namespace Bridge.Link.Tests.Transports;

[SupportedOSPlatform("linux")]
public sealed class QuicFailureTests
{
    [Theory]
    [InlineData(101, "Network is unreachable.")]
    [InlineData(113, "No route to host.")]
    public void Explain_StatusThatIsAnErrno_IsTheSystemsSentence(int status, string sentence)
    {
        QuicException failure = new(QuicError.InternalError, null, $"Unknown (0x{status:x})") { HResult = status };
        Assert.Equal(sentence, QuicTransport.Explain(failure));
    }

    [Fact]
    public void Explain_WhatQuicHasWordsFor_IsLeftToIt()
    {
        Assert.Null(QuicTransport.Explain(new QuicException(QuicError.ConnectionTimeout, null, "timed out") { HResult = 110 }));
        Assert.Null(QuicTransport.Explain(new QuicException(QuicError.InternalError, null, "inner")));
        Assert.Null(QuicTransport.Explain(new QuicException(QuicError.InternalError, null, "inner") { HResult = 200_000_003 }));
    }
}
