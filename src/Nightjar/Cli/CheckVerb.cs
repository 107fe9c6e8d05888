using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Configuration;
using Nightjar.Connectors;
using Nightjar.Connectors.Git;
using Nightjar.Connectors.GitHub;
using Nightjar.Connectors.Journald;
using Nightjar.Core.Services;
using Nightjar.Hosting;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Cli;

/// <summary><c>nightjar check</c>: the configuration, then every connection and permission, with what to do.</summary>
internal static class CheckVerb
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static Command Make()
    {
        var schema = new Option<bool>("--schema") { Description = "Print the JSON Schema of nightjar.yaml, for editors, and end" };
        var show = new Option<bool>("--show") { Description = "Print what is in effect, with where each value comes from" };
        var page = new Option<string?>("--page") { Description = "Send a test page to every step of a route, and end", HelpName = "ROUTE" };
        var command = new Command("check", "Read the configuration, try every connection and permission, say what to do") { schema, show, page };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(schema))
            {
                Console.Out.WriteLine(ConfigurationSchema.Write());
                return ExitCode.Ok;
            }

            var read = Configured.Read(parsed);
            if (read.Options is not { } options)
            {
                await Console.Error.WriteLineAsync(read.Message);
                return ExitCode.BadInput;
            }

            if (parsed.GetValue(show))
            {
                Console.Out.WriteLine(EffectiveConfiguration.Write(read));
            }

            var lines = parsed.GetValue(page) is { } route ? await RouteCheck.PageAsync(options, route, cancellationToken) : await LinesAsync(Configured.InState(parsed, options), cancellationToken);
            Print(lines, parsed.GetValue(Options.Json));
            return lines.Any(l => l.Outcome == CheckOutcome.Fail) ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<List<CheckLine>> LinesAsync(NightjarOptions options, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var lines = new List<CheckLine> { Store(options) };
        lines.AddRange(PlatformCheck.Of(Platform.Here(), options));
        lines.AddRange(await new ConfigurationCheck(http, clock, Environment.GetEnvironmentVariable).RunAsync(options, cancellationToken));
        lines.AddRange(await Task.WhenAll(options.Services.Where(s => !s.Journal.IsEmpty).Select(s => JournalAsync(s, cancellationToken))));
        lines.AddRange(await RepositoriesAsync(options, clock, cancellationToken));
        lines.AddRange(await ReviewCheck.RunAsync(options, clock, cancellationToken));
        lines.AddRange(await Task.WhenAll(options.Sources.Select(s => SourceAsync(s, cancellationToken))));
        lines.AddRange(options.Alerts.Select(a => CheckLine.Ok($"alerts {a.Name}", $"takes {a.Kind} at {options.PublicUrl}/hooks/alerts/{a.Name}")));
        lines.AddRange(await DockerCheck.RunAsync(options, clock, cancellationToken));
        lines.AddRange(await KubernetesCheck.RunAsync(options, clock, cancellationToken));
        lines.AddRange(RouteCheck.Run(options));
        lines.AddRange(await HealingCheck.RunAsync(options, cancellationToken));
        lines.Add(await FenceAsync(options, clock, cancellationToken));
        lines.AddRange(await AgentCheck.RunAsync(options, clock, cancellationToken));
        return lines;
    }

    private static CheckLine Store(NightjarOptions options) =>
        SqliteStore.FindHolder(StateFiles.Store(options.State)) is { } holder
            ? CheckLine.Ok("store", $"SQLite {SqliteStore.EngineVersion}; in use by {holder}")
            : CheckLine.Ok("store", $"SQLite {SqliteStore.EngineVersion}");

    private static async Task<List<CheckLine>> RepositoriesAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        // In a folder of its own: what is tried here must not meet a running daemon's clones.
        var folder = Directory.CreateTempSubdirectory("nightjar-check-");
        try
        {
            using var github = new GitHubRoom(options.GitHub, clock);
            var repositories = new GitRepositories(folder.FullName, clock, NullLogger<GitRepositories>.Instance, logins: github.Login);
            var lines = new List<CheckLine>();
            foreach (var service in options.Services.Where(s => s.Repository is not null))
            {
                lines.Add(await RepositoryAsync(repositories, service, cancellationToken));
            }

            return lines;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<CheckLine> RepositoryAsync(GitRepositories repositories, Service service, CancellationToken cancellationToken)
    {
        var (what, where) = ($"{service.Name}: repository", $"{service.Repository?.Path}, branch {service.Repository?.BaseBranch}");
        var problems = await repositories.CheckAsync(service, cancellationToken);
        if (!problems.IsEmpty)
        {
            return CheckLine.Fail(what, problems[0], problems.Length > 1 ? string.Join("; ", problems[1..]) : "mend that, or correct repository in the configuration");
        }

        return await repositories.BaseCheckedOutAsync(service, cancellationToken) is { } tree
            ? CheckLine.Warn(what, $"{where}: can be read and pushed to, but the branch is checked out in {tree}, and Merge on the dashboard never touches a person's tree", "name a bare repository, check out another branch there, or run the git command that Merge then shows")
            : CheckLine.Ok(what, $"{where}: can be read, and branches can be pushed");
    }

    private static async Task<CheckLine> JournalAsync(Service service, CancellationToken cancellationToken)
    {
        var what = $"{service.Name}: journal";
        return await JournalRoom.CheckAsync(service.Journal, new JournalOptions(), cancellationToken) is { } fault
            ? CheckLine.Warn(what, $"{string.Join(", ", service.Journal)}: {fault.Says}", fault.WhatToDo)
            : CheckLine.Ok(what, $"{string.Join(", ", service.Journal)} can be read");
    }

    private static async Task<CheckLine> SourceAsync(RateSourceOptions options, CancellationToken cancellationToken)
    {
        var check = await RateSources.CheckAsync(options, cancellationToken);
        var what = $"source {check.Source}";
        return check switch
        {
            { IsUsable: false } => CheckLine.Fail(what, check.Says, check.WhatToDo ?? "correct the source in the configuration"),
            { WhatToDo: { } todo } => CheckLine.Warn(what, check.Says, todo),
            _ => CheckLine.Ok(what, check.Says),
        };
    }

    private static async Task<CheckLine> FenceAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (options.Fence == FenceChoice.None)
        {
            return CheckLine.Warn("fence", "switched off by fence: none", "a service's check runs with all of this user's rights; take the line out to have a fence");
        }

        var refused = new List<string>();
        foreach (var fence in FenceSetup.For(options.Fence, clock))
        {
            var state = await fence.ProbeAsync(cancellationToken);
            if (state.IsUsable)
            {
                return CheckLine.Ok("fence", state.Says);
            }

            refused.Add(state.Says);
        }

        return CheckLine.Warn("fence", string.Join("; ", refused), "until then a revert's check runs without a fence, and no model's agent or code is ever run");
    }

    private static void Print(IReadOnlyList<CheckLine> lines, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(lines, Json));
            return;
        }

        foreach (var line in lines)
        {
            var mark = line.Outcome switch { CheckOutcome.Ok => "ok  ", CheckOutcome.Warn => "warn", CheckOutcome.Fail => "FAIL" };
            Console.Out.WriteLine($"{mark}  {line.What}: {line.Says}");
            if (line.WhatToDo is { } todo)
            {
                Console.Out.WriteLine($"      -> {todo}");
            }
        }
    }
}
