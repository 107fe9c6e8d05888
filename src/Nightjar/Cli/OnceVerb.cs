using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Connectors;
using Nightjar.Connectors.Docker;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Runs;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Hosting;
using Nightjar.Logs;
using Nightjar.Storage;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Cli;

/// <summary><c>nightjar once</c>: one look at everything, for a timer or a cron job. Asks the daemon when one runs.</summary>
internal static class OnceVerb
{
    /// <summary>How far back the logs are read.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromMinutes(15);

    /// <summary>What a cluster's lists take; one with tens of thousands of objects takes some seconds.</summary>
    private static readonly TimeSpan ClusterDeadline = TimeSpan.FromMinutes(1);

    public static Command Make()
    {
        var deadline = new Option<string>("--deadline") { Description = "How long it may take in all; then it ends with 2", HelpName = "DURATION", DefaultValueFactory = _ => "10m" };
        var command = new Command("once", "Look once at everything and end: 0 nothing is wrong, 1 findings, 2 it could not look") { deadline };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (Durations.TryRead(parsed.GetValue(deadline) ?? "") is not { } limit || limit <= TimeSpan.Zero)
            {
                await Console.Error.WriteLineAsync("nightjar: --deadline takes a duration such as 5m");
                return ExitCode.BadInput;
            }

            if (await Configured.OptionsAsync(parsed) is not { } options)
            {
                return ExitCode.BadInput;
            }

            using var late = new CancellationTokenSource(limit);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);

            if (await ReviewCheck.RefusalAsync(options, TimeProvider.System, cancellationToken) is { } refusal)
            {
                await Console.Error.WriteLineAsync(refusal);
                return ExitCode.BadInput;
            }

            try
            {
                var (found, unknown, ahead) = DaemonClient.Remote is null && SqliteStore.FindHolder(StateFiles.Store(options.State)) is null ? await LookAsync(options, either.Token) : await AskAsync(options, either.Token);
                foreach (var says in unknown)
                {
                    await Console.Error.WriteLineAsync($"nightjar: {says}");
                }

                Print(found, ahead, !unknown.IsEmpty, parsed.GetValue(Options.Json));
                return found.Count > 0 ? ExitCode.Failed : unknown.IsEmpty ? ExitCode.Ok : ExitCode.BadInput;
            }
            catch (Exception e) when (e is StoreInUseException or StoreRefusedException or StoreUnavailableException or NoDaemonException or RefusedException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.BadInput;
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"nightjar: it did not end within {Durations.Write(limit)}; what was found until then is kept");
                return ExitCode.BadInput;
            }
        });
        return command;
    }

    private static async Task<Looked> AskAsync(NightjarOptions options, CancellationToken cancellationToken)
    {
        using var daemon = DaemonClient.Connect([options.State]);
        var run = (await daemon.PostAsync("runs", new JsonObject(), cancellationToken))["run"];
        var answer = await daemon.GetAsync("incidents?open=true&limit=200", cancellationToken);
        List<Found> found = [.. (answer["incidents"]?.AsArray() ?? []).OfType<JsonNode>().Where(i => !$"{i["severity"]}".Equals(nameof(Severity.Info), StringComparison.OrdinalIgnoreCase)).Select(i => new Found((long?)i["number"] ?? 0, $"{i["service"]}", $"{i["title"]}", $"{i["state"]}", i["finding"]?["rootCause"]?.ToString(), i["waiting"]?.ToString()))];
        return new Looked(found, $"{run?["status"]}" == "failed" ? [$"the daemon could not look at everything; see nightjar runs show {run?["id"]}"] : [], []);
    }

    /// <summary>What is wrong, and what could not be asked: a source without an answer is not a sign that all is well.</summary>
    private static async Task<Looked> LookAsync(NightjarOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.State);
        await using var store = await SqliteStore.OpenAsync(StateFiles.Store(options.State), TimeProvider.System, cancellationToken);
        await using var parts = new ServiceCollection().AddLogging(l => l.AddFilter(level => level >= LogLevel.Warning).AddConsole())
            .AddNightjar(options, store, new Seams { WakeUps = new NoWakeUps() }).BuildServiceProvider();
        var open = parts.GetRequiredService<OpenIncidents>();
        await open.LoadAsync(store.Incidents, cancellationToken);
        var book = parts.GetRequiredService<PassBook>();
        var run = await book.BeginAsync(Passes.Spaces(options), Environment.UserName, cancellationToken);
        try
        {
            var clusters = await parts.GetRequiredService<KubernetesRoom>().ScanAsync(parts.GetRequiredService<Catalogue>(), ClusterDeadline, parts.GetRequiredService<ILoggerFactory>(), cancellationToken);
            foreach (var says in clusters.SelectMany(c => c.Partly))
            {
                await Console.Error.WriteLineAsync($"nightjar: {says}");
            }

            var (touched, unsaid) = await PassAsync(parts, [.. clusters.SelectMany(c => c.Signals)], cancellationToken);
            ImmutableArray<string> unknown = [.. clusters.SelectMany(c => c.Unseen), .. unsaid];
            var incidents = await Task.WhenAll(touched.Select(i => store.Incidents.GetAsync(i, cancellationToken)));
            await book.EndAsync(run, new PassResult(clusters.Sum(c => c.Pods), [.. incidents.OfType<Incident>()], unknown), cancellationToken);
            return new Looked([.. open.All.Where(i => i.Severity != Severity.Info).Select(i => new Found(i.Id.Value, i.Service.Value, i.Title, i.State.ToString(), i.Finding?.RootCause, i.Waiting))], unknown, [.. clusters.SelectMany(c => c.Ahead)]);
        }
        catch (Exception e)
        {
            await book.FailAsync(run, cancellationToken.IsCancellationRequested ? "it was told to stop" : e.Message, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The incidents that the pass worked on, and what could not be asked.</summary>
    /// <param name="found">What is wrong in clusters.</param>
    private static async Task<(ImmutableArray<IncidentId> Touched, ImmutableArray<string> Unknown)> PassAsync(IServiceProvider parts, ImmutableArray<Signal> found, CancellationToken cancellationToken)
    {
        var (open, intake, catalogue) = (parts.GetRequiredService<OpenIncidents>(), parts.GetRequiredService<Intake>(), parts.GetRequiredService<Catalogue>());
        var signals = (await parts.GetRequiredService<LogWatching>().ScanAsync(Back, cancellationToken)).AddRange(await parts.GetRequiredService<ProbeRoom>().ScanAsync(catalogue, cancellationToken)).AddRange(await parts.GetRequiredService<DockerRoom>().ScanAsync(parts.GetRequiredService<IContainerFigures>(), cancellationToken)).AddRange(found);
        foreach (var signal in signals)
        {
            await parts.GetRequiredService<ISignalDoor>().AcceptAsync(signal, cancellationToken);
        }

        var unknown = await parts.GetRequiredService<RateSources>().LookAsync(cancellationToken);
        await intake.FlushAsync(cancellationToken);
        ImmutableArray<IncidentId> touched = [.. open.All.Select(i => i.Id)];
        foreach (var incident in touched)
        {
            await parts.GetRequiredService<IncidentLoop>().StepAsync(incident, cancellationToken);
        }

        await parts.GetRequiredService<Pager>().SendDueAsync(cancellationToken);
        return (touched, unknown);
    }

    /// <param name="ahead">What is well and will not stay so: said, but nothing that is wrong.</param>
    private static void Print(List<Found> found, ImmutableArray<string> ahead, bool isBlind, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { findings = found, ahead }, BundleFormat.Json));
            return;
        }

        Console.Out.WriteLine(found.Count == 0 ? isBlind ? "Nothing was found, but not everything could be looked at." : "Nothing is wrong." : $"{found.Count} open incident{(found.Count == 1 ? "" : "s")}:");
        foreach (var one in found)
        {
            Console.Out.WriteLine($"  #{one.Number} {one.Title} [{one.State}]{(one.Cause is null ? "" : $"\n     {one.Cause}")}{(one.Waiting is null ? "" : $"\n     waits for {one.Waiting}")}");
        }

        if (!ahead.IsEmpty)
        {
            Console.Out.WriteLine($"To mend before it breaks:\n{string.Join('\n', ahead.Select(a => $"  {a}"))}");
        }
    }

    private sealed record Looked(List<Found> Found, ImmutableArray<string> Unknown, ImmutableArray<string> Ahead);

    private sealed record Found(long Number, string Service, string Title, string State, string? Cause, string? Waiting);

    /// <summary>One look does not come back: what waits goes on at the next one.</summary>
    private sealed class NoWakeUps : IWakeUps
    {
        public Task WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
