using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Stories.Crashes;

/// <summary>
/// One way that an incident can go, played from wherever the folder's store left it. Whoever plays only does what people and the
/// world do; nothing here repairs anything.
/// </summary>
internal sealed record Way(string Name, IncidentOutcome Outcome, Ended Expects, Func<World, Task> PeopleAsync)
{
    /// <summary>The story's clock is kept in a file, so that time does not run backwards after a kill.</summary>
    private const string ClockFile = "clock";

    /// <summary>What the service's check runs.</summary>
    public string Check { get; init; } = "sh check.sh";

    public static readonly Way[] All =
    [
        new("merged", IncidentOutcome.Merged, new Ended(1, 2, 3, 1), async world =>
        {
            await MergeOpenAsync(world);
            await ServeAsync(world, errors: 0);
        }),
        new("reopened", IncidentOutcome.MendedByHand, new Ended(2, 3, 2, 2), async world =>
        {
            await MergeOpenAsync(world);
            await ServeAsync(world, errors: (await world.OnlyIncidentAsync()).Reopened == 0 ? 600 : 0);

            // The only suspect was reverted already: there is no second fix to propose.
            await ApproveAsync(world);
            await ServeAsync(world, errors: 0);
        }),
        new("closed", IncidentOutcome.ClosedUnmerged, new Ended(1, 2, 3, 0), async world =>
        {
            if (await OpenRequestAsync(world) is { } request)
            {
                await world.CloseAsync(request.Number);
            }
        }),
        new("mended", IncidentOutcome.MendedByHand, new Ended(1, 2, 2, 1), async world =>
        {
            await ApproveAsync(world);
            await ServeAsync(world, errors: 0);
        }) { Check = "false" },
        new("healed", IncidentOutcome.Healed, new Ended(0, 1, 0, 0), world => world.PassAsync(TimeSpan.FromSeconds(5)))
        {
            Sees = now => new Signal { Kind = SignalKind.WorkloadFailure, Service = Stories.World.Shop, At = now, Condition = "container-exited", Workload = "container/web", Message = "exited with code 1" },
            World = (options, folder) => options with
            {
                Change = o => o with { Conduct = o.Conduct with { Mode = Mode.Autonomous } },
                Parts = (services, _) => services.RemoveAll<IActuator>().RemoveAll<IWorkloads>().AddSingleton<IActuator>(new FileHands(folder)).AddSingleton<IWorkloads>(new FileHands(folder)),
            },
            Fault = folder => new FileHands(folder).Restarts is var restarts and not 1 ? $"restarted {restarts} times" : null,
        },
    ];

    /// <summary>What opens the incident.</summary>
    public Func<DateTimeOffset, Signal> Sees { get; init; } = now => Seen.StockGoesNegative(now);

    /// <summary>How its world differs from the plain one.</summary>
    public Func<WorldOptions, string, WorldOptions> World { get; init; } = (options, _) => options;

    /// <summary>What else may not be in the folder at the end; null when all is well.</summary>
    public Func<string, string?> Fault { get; init; } = _ => null;

    /// <summary>Plays until the incident has ended; returns the points that were passed, in order.</summary>
    public async Task<IReadOnlyList<string>> PlayAsync(string folder, Action<string> reached)
    {
        var points = new List<string>();
        var clockFile = Path.Combine(folder, ClockFile);
        var clock = File.Exists(clockFile) ? new FakeClock(new DateTimeOffset(long.Parse(await File.ReadAllTextAsync(clockFile), CultureInfo.InvariantCulture), TimeSpan.Zero)) : new FakeClock();
        await using var world = await StartAsync(folder, clock, point =>
        {
            File.WriteAllText(clockFile, clock.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture));
            points.Add(point);
            reached(point);
        });
        world.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(new FakeClock().GetUtcNow()));
        if ((await world.IncidentsAsync()).IsEmpty)
        {
            await world.SeeAsync(Sees(clock.GetUtcNow()));
        }

        await world.SettleAsync();
        await PeopleAsync(world);
        await world.SettleAsync();
        return points;
    }

    /// <summary>Null when all is as if nothing had happened.</summary>
    public async Task<string?> FaultAsync(string folder)
    {
        await using var world = await StartAsync(folder, new FakeClock(), _ => { });
        var incidents = await world.IncidentsAsync();
        if (incidents.Length != 1)
        {
            return $"{incidents.Length} incidents";
        }

        var incident = incidents[0];
        if (Fault(folder) is { } fault)
        {
            return fault;
        }

        if (incident.Outcome != Outcome || incident.LearnedAt is null)
        {
            return $"it ended {incident.State}, {incident.Outcome}: {incident.Waiting}";
        }

        var comments = 0;
        var requests = await world.RequestsAsync();
        foreach (var request in requests)
        {
            comments += (await world.Store.Requests.CommentsAsync(request.Number, default)).Count;
        }

        var last = incident.Request?.Branch;
        var commits = last is null ? [] : await world.Code.SubjectsAsync($"{await world.Code.BaseOfAsync(last)}..{last}");
        var found = new Ended(requests.Length, (await world.Code.BranchesAsync()).Length, commits.Length, comments);
        var records = await File.ReadAllLinesAsync(Path.Combine(folder, "state", "incidents.jsonl"));
        return found == Expects && records.Length == 1 ? null : $"{found}, {records.Length} records, commits {string.Join(" | ", commits)}";
    }

    private Task<World> StartAsync(string folder, FakeClock clock, Action<string> reached) => Stories.World.StartAsync(World(new WorldOptions
    {
        Folder = folder,
        DeleteAtEnd = false,
        Clock = clock,
        Reached = point => reached(point),
        Service = s => s with { Check = new CheckCommand(Check) },
    }, folder));

    private static async Task<HostedRequest?> OpenRequestAsync(World world) => (await world.RequestsAsync()).FirstOrDefault(r => r.State == HostedState.Open);

    private static async Task MergeOpenAsync(World world)
    {
        if (await OpenRequestAsync(world) is { } request && (await world.OnlyIncidentAsync()).State == IncidentState.InReview)
        {
            await world.MergeAsync(request.Number);
        }

        await world.SettleAsync();
    }

    private static async Task ApproveAsync(World world)
    {
        if ((await world.OnlyIncidentAsync()).State == IncidentState.NeedsHuman)
        {
            await world.TellAsync(InboxKind.Approve, "ann", "mended it");
        }
    }

    private static async Task ServeAsync(World world, long errors)
    {
        if ((await world.OnlyIncidentAsync()).State == IncidentState.Verifying)
        {
            await world.DeployAsync();
            await world.ServeAsync(errors, 3_000, TimeSpan.FromMinutes(11));
        }
    }
}

/// <summary>What there must be at the end, once each.</summary>
/// <param name="Commits">On the branch of the last request.</param>
internal sealed record Ended(int Requests, int Branches, int Commits, int Comments);
