using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Services;

namespace Nightjar.Configuration;

/// <summary>What no single key can tell: names that double, references that lead nowhere, keys that would never be used.</summary>
internal static class CrossChecks
{
    public static void Run(NightjarOptions options, Reading reading)
    {
        // What runs in a cluster is a service there, and needs no second name here.
        if (!reading.Has("services") && !reading.Has("kubernetes"))
        {
            reading.Blame("", "the key services is missing; it takes a list of services");
        }

        if (options.Services.Length != reading.Places.Keys.Count(IsService))
        {
            // One of the items could not be read at all; positions would not match.
            return;
        }

        for (var i = 0; i < options.Services.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"services[{i}]");
            CheckNames(options.Services, i, path, reading);
            CheckUse(options.Services[i], path, !options.Sources.IsEmpty, reading);
            SourceChecks.CheckSourceOf(options.Services[i], path, options.Sources, reading);
            CheckDependencies(options.Services, i, path, reading);
            HealingChecks.Run(options.Services[i], path, reading);
        }

        DockerChecks.Run(options, reading);
        LogKeys.CheckTriggers("triggers", options.Triggers, reading);
        HostKeys.Check(options, reading);
        GitHubChecks.Run(options, reading);
        SourceChecks.Run(options, reading);
        PagingChecks.Run(options, reading);
        if (options.Heartbeat.Url is null && reading.Has("heartbeat.every"))
        {
            reading.Blame("heartbeat.every", "is not used: there is no heartbeat.url");
        }
    }

    private static bool IsService(string path) => path.StartsWith("services[", StringComparison.Ordinal) && path.IndexOf(']', StringComparison.Ordinal) == path.Length - 1;

    private static void CheckNames(ImmutableArray<Service> services, int index, string path, Reading reading)
    {
        var service = services[index];
        var first = services.IndexOf(services.First(s => s.Name == service.Name));
        if (first < index && service.Name.Value.Length > 0)
        {
            reading.Blame($"{path}.name", $"{Wording.Quote(service.Name.Value)} is the name of services[{first}] already");
        }

        foreach (var twice in service.Probes.GroupBy(p => p.Name).Where(g => g.Key.Length > 0 && g.Count() > 1))
        {
            reading.Blame($"{path}.probes", $"{twice.Count()} probes have the name {Wording.Quote(twice.Key)}{(reading.Has($"{path}.health") && twice.Key == "health" ? " (health: is one of them)" : "")}");
        }
    }

    private static void CheckUse(Service service, string path, bool hasSources, Reading reading)
    {
        LogKeys.CheckTriggers($"{path}.triggers", service.Triggers, reading);
        // The short form health: is the first of them where it is there.
        var shift = service.Probes.Length - reading.Places.Keys.Count(k => k.StartsWith($"{path}.probes[", StringComparison.Ordinal) && k[^1] == ']');
        for (var i = Math.Max(0, shift); i < service.Probes.Length; i++)
        {
            HostKeys.CheckProbe(service.Probes[i], string.Create(CultureInfo.InvariantCulture, $"{path}.probes[{i - shift}]"), reading);
        }

        if (!service.HasLogs && !reading.Has($"{path}.logs"))
        {
            foreach (var key in new[] { "errorRate", "triggers" }.Where(k => reading.Has($"{path}.{k}") && !(k == "errorRate" && hasSources)))
            {
                reading.Blame($"{path}.{key}", key == "errorRate" ? "is not used: the service has no logs, and there are no sources" : "is not used: the service has no logs");
            }
        }

        foreach (var key in new[] { "check", "lint" }.Where(k => reading.Has($"{path}.{k}") && !reading.Has($"{path}.repository")))
        {
            reading.Blame($"{path}.{key}", "is not used: the service has no repository");
        }

        var (url, command) = (reading.Has($"{path}.runningVersion.url"), reading.Has($"{path}.runningVersion.command"));
        if (service.RunningVersion is not null && url == command)
        {
            reading.Blame($"{path}.runningVersion", url ? "has both url and command; give one" : "takes url or command; give one");
        }
    }

    private static void CheckDependencies(ImmutableArray<Service> services, int index, string path, Reading reading)
    {
        var service = services[index];
        for (var i = 0; i < service.DependsOn.Length; i++)
        {
            var named = service.DependsOn[i];
            var item = string.Create(CultureInfo.InvariantCulture, $"{path}.dependsOn[{i}]");
            var at = reading.Has(item) ? item : $"{path}.dependsOn";
            if (!services.Any(s => s.Name == named))
            {
                reading.Blame(at, $"there is no service {Wording.Quote(named.Value)}{Wording.DidYouMean(named.Value, services.Select(s => s.Name.Value))}");
            }
            else if (Circle(services, service.Name, named) is { } circle && service.Name == circle.MinBy(n => n.Value, StringComparer.Ordinal))
            {
                reading.Blame(at, $"goes in a circle: {string.Join(" → ", circle.Append(service.Name).Select(n => Wording.Quote(n.Value)))}");
            }
        }
    }

    /// <summary>The shortest way from <paramref name="start"/> by <paramref name="first"/> back to itself; null when there is none.</summary>
    private static ImmutableArray<ServiceName>? Circle(ImmutableArray<Service> services, ServiceName start, ServiceName first)
    {
        var ways = new Queue<ImmutableArray<ServiceName>>([start == first ? [] : [start, first]]);
        var seen = new HashSet<ServiceName>();
        while (ways.TryDequeue(out var way))
        {
            if (way.IsEmpty)
            {
                return [start];
            }

            foreach (var next in services.Where(s => s.Name == way[^1]).SelectMany(s => s.DependsOn).Where(seen.Add))
            {
                if (next == start)
                {
                    return way;
                }

                ways.Enqueue(way.Add(next));
            }
        }

        return null;
    }
}
