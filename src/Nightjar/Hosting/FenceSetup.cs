using Nightjar.Agents.Fence;
using Nightjar.Configuration;

namespace Nightjar.Hosting;

/// <summary>The fences that the configuration allows.</summary>
internal static class FenceSetup
{
    /// <summary>In the order in which they are tried; empty when none may be used.</summary>
    public static IReadOnlyList<IFence> For(FenceChoice choice, TimeProvider clock) => choice switch
    {
        FenceChoice.None => [],
        FenceChoice.Bubblewrap => [new BubblewrapFence(clock)],
        FenceChoice.Container => [new ContainerFence(clock), new ContainerFence(clock, "podman")],
        FenceChoice.Auto => [new BubblewrapFence(clock), new ContainerFence(clock), new ContainerFence(clock, "podman")],
    };
}
