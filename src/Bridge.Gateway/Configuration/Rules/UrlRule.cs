namespace Bridge.Gateway.Configuration.Rules;

/// <summary>Where something is reached by HTTP. Names and passwords do not belong into configuration files, so there is no place for them here.</summary>
internal sealed class UrlRule : ValueRule<Uri>
{
    private static readonly Uri Nowhere = new("http://localhost");

    public override string Type => "URL";

    public override string Range => "http://host:port or https://host:port, without user and password";

    public override bool TryParse(string text, out Uri value, out string problem)
    {
        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
        value = isUrl ? url! : Nowhere;
        problem = !isUrl ? "is no http or https URL" : value.UserInfo.Length > 0 ? "has a user or a password in it" : "";
        return problem.Length == 0;
    }
}
