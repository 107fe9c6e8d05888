using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>One thing the world says is wrong, at one moment. Everything in it is data from outside.</summary>
public sealed record Signal
{
    public required SignalKind Kind { get; init; }

    public required ServiceName Service { get; init; }

    /// <summary>When it happened, by the source's clock where it has one.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The first failing line behind an error-rate signal; null where the source knows only one moment.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Exception type or error code; empty when the source names none.</summary>
    public string ErrorClass { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Top frame first; empty when there is no stack trace.</summary>
    public ImmutableArray<StackFrame> Frames { get; init; } = [];

    /// <summary>Owner of a workload as <c>kind/name</c>, for workload failures and signals that know their pod.</summary>
    public string? Workload { get; init; }

    /// <summary>Name of the probe or alert.</summary>
    public string? Source { get; init; }

    /// <summary>What kind of trouble, by the name that playbooks use: <c>container-exited</c>, <c>memory-high</c>; null when only the other facts tell.</summary>
    public string? Condition { get; init; }

    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>The measured rate, for error-rate signals.</summary>
    public RateReading? Rate { get; init; }

    /// <summary>A few raw lines as they were seen, secrets and all: mask before they leave the process.</summary>
    public ImmutableArray<string> Samples { get; init; } = [];

    public bool HasErrorClass => ErrorClass.Length > 0;
}
