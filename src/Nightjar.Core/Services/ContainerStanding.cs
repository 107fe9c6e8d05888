using Nightjar.Core.Evidence;

namespace Nightjar.Core.Services;

/// <summary>One container that is looked after, as it was when it was last looked at.</summary>
/// <param name="Standing">Null before the first look, and while there is no such container.</param>
/// <param name="Condition">What is wrong, as in signals; null when nothing is.</param>
/// <param name="Look">Null as <paramref name="Standing"/> is.</param>
public sealed record ContainerStanding(string Name, ServiceName Service, WorkloadStanding? Standing, string? Condition, ContainerLook? Look);
