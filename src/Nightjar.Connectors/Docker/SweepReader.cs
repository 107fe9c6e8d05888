using System.Collections.Concurrent;
using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Docker;

/// <param name="Before">What was known when the reading began: where that has changed meanwhile, an event was faster, and this is old.</param>
internal sealed record SweptLook(WatchedContainer Container, ContainerLook? Before, ContainerLook Look);

/// <summary>What one sweep found: looks at what is there, and the names of all that is.</summary>
internal sealed record SweepResult(ImmutableArray<SweptLook> Looks, IReadOnlySet<string> Present);

/// <summary>
/// Reads how all containers are that are looked after. One list of them all; details only of those that changed since, and of each once in
/// ten sweeps; usage of those that run. 200 idle containers are some 220 small questions in half a minute.
/// </summary>
internal sealed class SweepReader(EngineReader engine, Web web, ContainerBook book, TimeProvider clock)
{
    /// <summary>Questions at once: more would only wait in the engine.</summary>
    private const int AtOnce = 8;

    /// <summary>Health URLs asked at once; one that does not answer holds its place for its timeout.</summary>
    private const int UrlsAtOnce = 32;

    private const int FullEvery = 10;

    private int turn;

    public async Task<SweepResult> ReadAsync(CancellationToken cancellationToken)
    {
        turn++;
        var listed = await engine.ListAsync(cancellationToken);
        var present = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<(WatchedContainer Container, ListedContainer Listed)>();
        foreach (var one in listed)
        {
            var name = WireFacts.NameOf(one);
            if (present.Add(name) && book.Meet(name, one.Labels ?? []) is { } container)
            {
                found.Add((container, one));
            }
        }

        var looks = new ConcurrentBag<SweptLook>();
        var answers = AskUrlsAsync(found, cancellationToken);
        await Parallel.ForEachAsync(found, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (one, stop) =>
        {
            var before = one.Container.Look;
            if (await LookAsync(before?.State, one.Listed, stop) is { } look)
            {
                looks.Add(new SweptLook(one.Container, before, look));
            }
        });
        var urls = await answers;
        return new SweepResult([.. looks.Select(l => l with { Look = l.Look with { Url = l.Look.State.Status == ContainerStatus.Running ? urls.GetValueOrDefault(l.Container) : null } })], present);
    }

    /// <summary>One look, at once, without usage unless it is asked for; null when there is no such container.</summary>
    public async Task<(InspectedContainer Container, ContainerLook Look)?> LookNowAsync(string name, bool withUsage, CancellationToken cancellationToken)
    {
        if (await engine.InspectAsync(name, cancellationToken) is not { } inspected)
        {
            return null;
        }

        var state = WireFacts.State(inspected);
        var usage = withUsage && state is { Status: ContainerStatus.Running, MemoryLimit: not null } ? await engine.UsageAsync(state.Id, cancellationToken) : null;
        return (inspected, new ContainerLook(state, usage, null, clock.GetUtcNow()));
    }

    public async Task<UrlAnswer?> AskUrlAsync(ContainerWatch watch, CancellationToken cancellationToken)
    {
        if (watch.HealthUrl is not { } url)
        {
            return null;
        }

        var result = await ProbeCheck.RunAsync(web, new HttpProbe("health", url) { Timeout = watch.Timeout }, clock, cancellationToken);
        return new UrlAnswer(result.IsWell, result.Says, result.Took);
    }

    private async Task<ContainerLook?> LookAsync(ContainerState? known, ListedContainer listed, CancellationToken cancellationToken)
    {
        if (known is null || HasChanged(known, listed) || IsItsTurn(listed.Id))
        {
            known = await engine.InspectAsync(listed.Id, cancellationToken) is { } inspected ? WireFacts.State(inspected) : null;
        }

        if (known is null)
        {
            return null;
        }

        var usage = known.Status == ContainerStatus.Running ? await engine.UsageAsync(known.Id, cancellationToken) : null;
        return new ContainerLook(known, usage, null, clock.GetUtcNow());
    }

    /// <summary>The list says of health and ends in words only: <c>Up 5 minutes (unhealthy)</c>.</summary>
    private static bool HasChanged(ContainerState known, ListedContainer listed) =>
        known.Id != listed.Id
        || !string.Equals(known.Status.ToString(), listed.State, StringComparison.OrdinalIgnoreCase)
        || known.Status == ContainerStatus.Restarting
        || known.Health != ContainerHealth.None
            && (listed.Status?.Contains("(unhealthy)", StringComparison.Ordinal) == true ? ContainerHealth.Unhealthy
                : listed.Status?.Contains("(healthy)", StringComparison.Ordinal) == true ? ContainerHealth.Healthy : ContainerHealth.Starting) != known.Health
        || known.Health == ContainerHealth.Unhealthy;

    private bool IsItsTurn(string id) => (StringComparer.Ordinal.GetHashCode(id) & int.MaxValue) % FullEvery == turn % FullEvery;

    private async Task<IReadOnlyDictionary<WatchedContainer, UrlAnswer>> AskUrlsAsync(IReadOnlyList<(WatchedContainer Container, ListedContainer Listed)> found, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentDictionary<WatchedContainer, UrlAnswer>();
        var asked = found.Where(f => f.Container.Watch.HealthUrl is not null && f.Listed.State == "running").Select(f => f.Container);
        await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = UrlsAtOnce, CancellationToken = cancellationToken }, async (container, stop) =>
        {
            if (await AskUrlAsync(container.Watch, stop) is { } answer)
            {
                answers[container] = answer;
            }
        });
        return answers;
    }
}
