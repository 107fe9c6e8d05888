using System.Collections.Immutable;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Healing;

/// <summary>
/// What is done about a kind of trouble before anybody looks for its cause. It names actions and never holds a command: what a remedy
/// really does is in the configuration of the service.
/// </summary>
public sealed record Playbook
{
    /// <summary>The name of its file.</summary>
    public string Name { get; init; } = "";

    public string Says { get; init; } = "";

    public PlaybookMatch When { get; init; } = new();

    /// <summary>Tried in this order, unless another has worked for the service before.</summary>
    public ImmutableArray<HealStep> Do { get; init; } = [];

    public HealVerify Verify { get; init; } = new();

    /// <summary>Actions of this playbook on one service within an hour; null leaves it to the other limits.</summary>
    public int? PerHour { get; init; }

    public HealRisk Risk { get; init; } = HealRisk.Safe;
}

/// <summary>Which incidents a playbook is for: everything that is named must fit.</summary>
public sealed record PlaybookMatch
{
    /// <summary>Any of these conditions or alert types.</summary>
    public ImmutableArray<string> Conditions { get; init; } = [];

    /// <summary>Any of these error classes.</summary>
    public ImmutableArray<string> Causes { get; init; } = [];

    public ImmutableArray<string> Services { get; init; } = [];

    /// <summary>This severity or a worse one.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Only while a container that the workload needs is not well.</summary>
    public bool DependencyUnwell { get; init; }

    /// <summary>Kinds of workload, as in signals: <c>container</c>, <c>deployment</c>; all when empty.</summary>
    public ImmutableArray<string> Workloads { get; init; } = [];

    /// <summary>Only trouble that began within so long after the workload was rolled out; null asks for no rollout.</summary>
    public TimeSpan? AfterRollout { get; init; }

    /// <summary>How much it says about the incident; of two that fit, the one that says more is taken.</summary>
    public int Weight => (Services.IsEmpty ? 0 : 16) + (Causes.IsEmpty ? 0 : 8) + (DependencyUnwell ? 4 : 0) + (Conditions.Length switch { 0 => 0, 1 => 3, _ => 2 }) + (Severity is null ? 0 : 1) + (Workloads.IsEmpty ? 0 : 1) + (AfterRollout is null ? 0 : 4);
}

/// <summary>One action, tried until it helped.</summary>
public sealed record HealStep
{
    public const string Restart = "restart";
    public const string Stop = "stop";
    public const string Start = "start";

    /// <summary>Restarts what the workload needs and what is not well.</summary>
    public const string RestartDependency = "restart-dependency";

    /// <summary>Nothing but time.</summary>
    public const string Pause = "wait";

    public const string Undo = "rollout-undo";
    public const string Scale = "scale";
    public const string DeletePod = "delete-pod";
    public const string Evict = "evict-pod";
    public const string Cordon = "cordon";
    public const string Uncordon = "uncordon";
    public const string LastImage = "last-image";
    public const string RaiseMemory = "raise-memory";
    public const string MendProbe = "mend-probe";
    public const string AddKey = "add-key";

    /// <summary>What is done to a cluster's workloads and nodes alone.</summary>
    public static readonly ImmutableArray<string> OfClusters = [Undo, Scale, DeletePod, Evict, Cordon, Uncordon, LastImage, RaiseMemory, MendProbe, AddKey];

    /// <summary>The actions that need no remedy of the service.</summary>
    public static readonly ImmutableArray<string> BuiltIn = [Restart, Stop, Start, RestartDependency, Pause, .. OfClusters];

    /// <summary>One of <see cref="BuiltIn"/>, or the name of a remedy.</summary>
    public string Action { get; init; } = "";

    /// <summary>Null: until as many heals of the service failed as escalate.</summary>
    public int? Attempts { get; init; }

    /// <summary>Least time between two attempts.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between the action and the first look whether it helped; where <see cref="LongestWait"/> is given it doubles with each attempt.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.Zero;

    public TimeSpan? LongestWait { get; init; }

    /// <summary>For <see cref="Scale"/>: pods more than now; negative for fewer.</summary>
    public int By { get; init; } = 1;

    /// <summary>For <see cref="Scale"/>: never more pods.</summary>
    public int Most { get; init; } = 10;

    /// <summary>For <see cref="RaiseMemory"/>: one step, as a factor of the limit.</summary>
    public double Factor { get; init; } = 1.5;

    /// <summary>For <see cref="RaiseMemory"/>: never above it.</summary>
    public string Ceiling { get; init; } = "1Gi";

    /// <param name="attempt">1 for the first.</param>
    public TimeSpan WaitBefore(int attempt) =>
        LongestWait is not { } longest ? Wait : Wait * Math.Pow(2, Math.Min(attempt, 30) - 1) is var grown && grown < longest ? grown : longest;
}

/// <summary>What must be true after an action for it to count as healed.</summary>
public sealed record HealVerify
{
    /// <summary>The workload is well; null: where one is known.</summary>
    public bool? Workload { get; init; }

    /// <summary>Every probe of the service is answered as it should be; null: where it has any.</summary>
    public bool? Probe { get; init; }

    /// <summary>Share of failures, 0 to 1; null: the service's own threshold, where an error rate opened the incident.</summary>
    public double? ErrorRateBelow { get; init; }

    /// <summary>The trouble was not seen again; null: where no workload is known.</summary>
    public bool? Quiet { get; init; }

    /// <summary>Fewest requests or lines since the action that say anything of a rate or of silence.</summary>
    public int MinVolume { get; init; } = 1;

    /// <summary>How long all of it must hold without a break.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>By when it must have begun to hold.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>How freely something may be done.</summary>
public enum HealRisk
{
    Safe,

    /// <summary>A person must say yes.</summary>
    Ask,

    Never,
}
