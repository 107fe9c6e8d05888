using Nightjar.Configuration;
using Nightjar.Connectors.Actions;
using Nightjar.Core.Policy;
using Nightjar.Hosting;

namespace Nightjar.Cli;

/// <summary>What <c>nightjar check</c> says of the playbooks and of what their actions need.</summary>
internal static class HealingCheck
{
    public static async Task<List<CheckLine>> RunAsync(NightjarOptions options, CancellationToken cancellationToken)
    {
        var read = PlaybookHost.ReaderOf(options).Read();
        var lines = read.Faults.Select(f => CheckLine.Fail("playbooks", f, "correct the file; while Nightjar runs, what was in force before stays")).ToList();
        if (lines.Count == 0)
        {
            lines.Add(CheckLine.Ok("playbooks", $"{read.Playbooks.Length} playbooks and {read.AlertTypes.Length} alert types; mode {options.Conduct.Mode.ToString().ToLowerInvariant()} {(options.Conduct.Mode switch { Mode.Observe => "does nothing of what they say", Mode.Approve => "asks before each action", _ => "does what is safe and asks for the rest" })}"));
        }

        var remedies = options.Services.SelectMany(s => s.Remedies.Select(r => (Service: s.Name.Value, Remedy: r))).ToList();
        lines.AddRange(remedies.Where(r => r.Remedy.Directory is { } directory && !Directory.Exists(directory)).Select(r => CheckLine.Warn($"{r.Service}: remedy {r.Remedy.Name}", $"there is no directory {r.Remedy.Directory}", "correct the path, or make the directory")));
        if (remedies.Any(r => r.Remedy.Project is not null))
        {
            var version = await new RebuildActuator().VersionAsync(cancellationToken);
            lines.Add(version is null
                ? CheckLine.Warn("compose", "neither docker compose nor docker-compose is there, and remedies with project need one", "install the compose plugin of Docker (Debian: docker-compose), or take these remedies out")
                : CheckLine.Ok("compose", version));
        }

        return lines;
    }
}
