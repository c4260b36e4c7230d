namespace Bridge.Ports.Sockets.Control;

/// <summary>The documentation of <c>control</c> for people and programs: JSON Schema 2020-12.</summary>
public static class ControlSchema
{
    private const string Resource = "control.schema.json";

    /// <summary>The schema's text, JSON.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using Stream stream = typeof(ControlSchema).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the resource {Resource} is not in the assembly");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
