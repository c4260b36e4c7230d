using Bridge.EndToEnd.Tests.Networks;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Containers;

/// <summary>A test with podman, in network namespaces of its own; skipped with the reason where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ContainerFactAttribute : FactAttribute
{
    public ContainerFactAttribute() => Skip = NetworkLab.WhyNot
        ?? (Programs.Exists("podman") && Programs.Exists("runc") ? null : "podman or runc is missing")
        ?? (File.Exists(Podman.BaseTree) && Directory.Exists(Podman.Published) ? null! : "there is nothing to build an image of; tests/container/prepare makes it");
}
