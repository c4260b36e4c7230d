using System.Text.Json;

namespace Bridge.Gateway.Configuration;

/// <summary>How an enumeration's member is written in configurations and reports: lower case, words joined by hyphens.</summary>
internal static class ChoiceName
{
    public static string Of<T>(T choice)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(Enum.GetName(choice)!);
}
