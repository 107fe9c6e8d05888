using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>One workload that is looked after, whichever container it is just now. Changed by the watcher alone; others read what it was last.</summary>
internal sealed class WatchedContainer(string name, Service service, ContainerWatch watch)
{
    public string Name => name;

    public Service Service => service;

    public ContainerWatch Watch => watch;

    public ContainerTrack Track { get; set; } = new();

    /// <summary>The last look; null before the first, and when there is no container.</summary>
    public ContainerLook? Look { get; set; }

    /// <summary>What was used at the last sweep, for the difference.</summary>
    public ContainerUsage? Counted { get; set; }

    /// <summary>When its figures were last written; deaths up to then are counted.</summary>
    public DateTimeOffset? FiguresAt { get; set; }

    /// <summary>Sweeps in a row at which it was not there, for one that has to be.</summary>
    public int Absent { get; set; }

    /// <summary>What was told last, and when; null when nothing is wrong.</summary>
    public (string Condition, Severity Severity, DateTimeOffset At)? Told { get; set; }
}
