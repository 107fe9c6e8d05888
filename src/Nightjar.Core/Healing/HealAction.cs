using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>One thing that may be done to what runs. Typed: there is no kind that takes a text and runs it.</summary>
public abstract record HealAction
{
    private HealAction()
    {
    }

    public required ServiceName Service { get; init; }

    /// <summary>Longest it may take; then it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <param name="Workload">As in signals: <c>container/web</c>.</param>
    public sealed record Restart(string Workload) : HealAction;

    public sealed record Stop(string Workload) : HealAction;

    public sealed record Start(string Workload) : HealAction;

    /// <summary>A program in the workload, its arguments one by one, no shell; allowed by the policy, which knows it word for word.</summary>
    public sealed record Exec(string Workload, ImmutableArray<string> Command) : HealAction;

    /// <summary>A request to the service itself; 2xx is done.</summary>
    public sealed record Call(string Method, Uri Url) : HealAction;

    /// <summary>Builds the image of a compose service anew and starts it from that.</summary>
    public sealed record Rebuild(string Project, string ComposeService) : HealAction;

    /// <summary>Deletes files under a named directory: never a link's target, never the directory itself.</summary>
    public sealed record DeleteFiles(string Directory, string Pattern, TimeSpan OlderThan) : HealAction;
}
