using System.Diagnostics;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Client;

/// <summary>A new console project with the client package, restored from a directory with this package only: no other place is asked for anything.</summary>
internal static class ConsoleProject
{
    private const string Version = "0.1.0-test";

    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);

    private static readonly Lazy<Task<string>> Feed = new(PackAsync);

    /// <summary>Builds a program's text; the assembly's path.</summary>
    public static async Task<string> BuildAsync(TemporaryDirectory directory, string program)
    {
        string project = directory.File("project");
        Directory.CreateDirectory(project);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), program);
        await File.WriteAllTextAsync(
            Path.Combine(project, "echo.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RpmsgBridge.Client" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        // A packages folder of its own: the machine's may hold an older build of the same version.
        await File.WriteAllTextAsync(
            Path.Combine(project, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="feed" value="{await Feed.Value}" /></packageSources>
            </configuration>
            """);
        string output = directory.File("out");
        await DotnetAsync(project, "build", "-c", "Release", "-o", output);
        return Path.Combine(output, "echo.dll");
    }

    private static async Task<string> PackAsync()
    {
        // Kept until the process ends, because several tests build against it.
        string feed = Directory.CreateTempSubdirectory("rb-feed-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(feed, recursive: true);
        await DotnetAsync(Path.Combine(Repository.Root, "src", "Bridge.Client"), "pack", "-c", "Release", "-o", feed, $"-p:PackageVersion={Version}");
        return feed;
    }

    private static async Task DotnetAsync(string directory, params string[] arguments)
    {
        ProcessStartInfo start = new(Programs.Path("dotnet"), [.. arguments, "-nologo", "-v", "quiet"]) { WorkingDirectory = directory };
        // It leaves no servers behind.
        KeyValuePair<string, string>[] environment = [new("MSBUILDDISABLENODEREUSE", "1"), new("DOTNET_CLI_USE_MSBUILD_SERVER", "0"), new("UseSharedCompilation", "false")];
        await using RunningProcess process = RunningProcess.Start(start, environment);
        (int exitCode, string output, string errors) = await process.ExitAsync(BuildLimit);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with exit code {exitCode}:\n{output}\n{errors}");
    }
}
