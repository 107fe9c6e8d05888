using System.Globalization;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Configuration;

/// <summary>What no single key of a remedy can tell.</summary>
internal static class HealingChecks
{
    public static void Run(Service service, string path, Reading reading)
    {
        for (var i = 0; i < service.Remedies.Length; i++)
        {
            var (remedy, at) = (service.Remedies[i], string.Create(CultureInfo.InvariantCulture, $"{path}.remedies[{i}]"));
            string[] kinds = [.. new[] { "exec", "call", "directory", "project" }.Where(k => reading.Has($"{at}.{k}"))];
            if (kinds.Length != 1)
            {
                reading.Blame(at, kinds.Length == 0 ? "does nothing: give exec, call, directory or project" : $"has both {kinds[0]} and {kinds[1]}; give one");
            }

            if (HealStep.BuiltIn.Contains(remedy.Name) || service.Remedies.Take(i).Any(r => r.Name == remedy.Name))
            {
                reading.Blame($"{at}.name", $"{Wording.Quote(remedy.Name)} is an action already; take another name");
            }

            if (remedy.Project is null != remedy.ComposeService is null)
            {
                reading.Blame(at, "needs project and composeService together");
            }

            if (remedy.Call is { } url && !Hosts(service).Contains(url.Authority))
            {
                reading.Blame($"{at}.call", $"goes to {url.Authority}, which is no host of this service: its probes, health URLs and version URL name its hosts");
            }

            if (remedy.Directory is { } directory && Path.GetPathRoot(directory) == directory)
            {
                reading.Blame($"{at}.directory", "is the root of the file system");
            }

            foreach (var (key, kind) in new[] { ("container", "exec"), ("method", "call"), ("pattern", "directory"), ("olderThan", "directory") }.Where(p => reading.Has($"{at}.{p.Item1}") && !reading.Has($"{at}.{p.Item2}")))
            {
                reading.Blame($"{at}.{key}", $"is not used: there is no {kind}");
            }
        }
    }

    private static IEnumerable<string> Hosts(Service service) =>
        service.Probes.Select(p => p.Url).Concat(service.Containers.Select(c => c.HealthUrl)).Append(service.RunningVersion?.Url).OfType<Uri>().Select(u => u.Authority);
}
