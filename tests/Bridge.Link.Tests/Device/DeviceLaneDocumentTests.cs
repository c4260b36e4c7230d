using Bridge.Link.Frames.Device;

namespace Bridge.Link.Tests.Device;

/// <summary>What PROTOCOL.md says of device lanes is what the payloads are.</summary>
public sealed class DeviceLaneDocumentTests
{
    private static readonly string Text = File.ReadAllText(Find("PROTOCOL.md"));

    [Fact]
    public void Limits_InProtocolDocument_EqualTheConstants()
    {
        Assert.Contains($"1..{DeviceInfoPayload.MaximumQueues}, in order", Text, StringComparison.Ordinal);
        Assert.Contains($"at most {DeviceInfoPayload.MaximumConfiguration} bytes, and the count", Text, StringComparison.Ordinal);
        Assert.Contains($"by value, at most {DeviceInfoPayload.MaximumConfiguration} bytes", Text, StringComparison.Ordinal);
        Assert.Contains($"A chain has 1..{PostedPayload.MaximumSegments} segments", Text, StringComparison.Ordinal);
        Assert.Contains($"0 or more than {PostedPayload.MaximumSegments} segments", Text, StringComparison.Ordinal);
        Assert.Contains($"rounded up to a multiple of {QueueOffer.PlaceAlignment},", Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("### DeviceInfo", "", 24)]
    [InlineData("### DeviceInfo", "queue:", QueueOffer.Size)]
    [InlineData("### ResumeDriver", "", 32)]
    [InlineData("### ResumeDriver", "queue:", QueueProgress.Size)]
    [InlineData("### SetDriverFeatures", "", SetDriverFeaturesPayload.Size)]
    [InlineData("### SetVirtqueue", "", SetVirtqueuePayload.Size)]
    [InlineData("### SetConfiguration", "SetConfiguration:", 16)]
    [InlineData("### SetConfiguration", "Configuration:", 12)]
    [InlineData("### SetDeviceStatus", "", DeviceStatusPayload.Size)]
    [InlineData("### EventConfiguration", "", 8)]
    [InlineData("### Posted", "Posted:", PostedPayload.Size)]
    [InlineData("### Posted", "PostedMore, UsedMore:", MorePayload.Size)]
    [InlineData("### Used", "Used:", UsedPayload.Size)]
    [InlineData("### Used", "element:", UsedEntry.Size)]
    public void Drawing_InProtocolDocument_EndsWhereThePayloadsFixedPartDoes(string heading, string title, int size)
    {
        IEnumerable<string> section = Text.Split('\n').SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("### ", StringComparison.Ordinal));
        string offsets = section.SkipWhile(line => title.Length > 0 && line.Trim() != title).First(line => line.TrimStart().StartsWith("0  ", StringComparison.Ordinal));
        Assert.Equal(size, int.Parse(offsets.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], null));
    }

    private static string Find(string file)
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, file)))
            directory = directory.Parent;
        Assert.NotNull(directory);
        return Path.Combine(directory.FullName, file);
    }
}
