using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bridge.LoadTests.Results;

/// <summary>Everything of a run as JSON, for comparing runs.</summary>
internal static class ResultFile
{
    public static void Write(string file, bool quick, string machine, Figures figures, IReadOnlyList<Target> targets)
    {
        JsonObject document = new()
        {
            ["quick"] = quick,
            ["machine"] = machine,
            ["at"] = TimeProvider.System.GetUtcNow().ToString("O"),
            ["targets"] = new JsonArray([.. targets.Select(target => (JsonNode)new JsonObject
            {
                ["name"] = target.Name,
                ["transport"] = target.Transport,
                ["ring"] = target.Ring,
                ["value"] = target.Value,
                ["floor"] = target.Floor,
                ["floorName"] = target.FloorName,
                ["unit"] = target.Unit,
                ["ratio"] = target.Ratio,
                [target.IsMost ? "atMost" : "atLeast"] = target.Bound,
                ["met"] = target.IsMet,
            })]),
            ["figures"] = new JsonArray([.. figures.All.Select(entry => (JsonNode)new JsonObject
            {
                ["figure"] = entry.Figure.What,
                ["part"] = entry.Figure.Rig.Part,
                ["transport"] = entry.Figure.Rig.Transport,
                ["ring"] = entry.Figure.Rig.Ring,
                ["sockets"] = entry.Figure.Rig.Sockets,
                ["length"] = entry.Figure.Length,
                ["channels"] = entry.Figure.Channels,
                ["median"] = Figures.Median(entry.Values),
                ["runs"] = new JsonArray([.. entry.Values.Select(value => (JsonNode)value)]),
            })]),
        };
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory)
            Directory.CreateDirectory(directory);
        File.WriteAllText(file, document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }
}
