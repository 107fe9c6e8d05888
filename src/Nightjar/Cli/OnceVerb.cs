using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Connectors;
using Nightjar.Connectors.Docker;
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

    public static Command Make()
    {
        var command = new Command("once", "Look once at everything and end: 0 nothing is wrong, 1 findings, 2 it could not look");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await Configured.OptionsAsync(parsed) is not { } options)
            {
                return ExitCode.BadInput;
            }

            if (await ReviewCheck.RefusalAsync(options, TimeProvider.System, cancellationToken) is { } refusal)
            {
                await Console.Error.WriteLineAsync(refusal);
                return ExitCode.BadInput;
            }

            try
            {
                var (found, unknown) = DaemonClient.Remote is null && SqliteStore.FindHolder(StateFiles.Store(options.State)) is null ? await LookAsync(options, cancellationToken) : (await AskAsync(options, cancellationToken), []);
                foreach (var says in unknown)
                {
                    await Console.Error.WriteLineAsync($"nightjar: {says}");
                }

                Print(found, !unknown.IsEmpty, parsed.GetValue(Options.Json));
                return found.Count > 0 ? ExitCode.Failed : unknown.IsEmpty ? ExitCode.Ok : ExitCode.BadInput;
            }
            catch (Exception e) when (e is StoreInUseException or StoreRefusedException or StoreUnavailableException or NoDaemonException or RefusedException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.BadInput;
            }
        });
        return command;
    }

    private static async Task<List<Found>> AskAsync(NightjarOptions options, CancellationToken cancellationToken)
    {
        using var daemon = DaemonClient.Connect([options.State]);
        await daemon.PostAsync("runs", new JsonObject(), cancellationToken);
        var answer = await daemon.GetAsync("incidents?open=true&limit=200", cancellationToken);
        return [.. (answer["incidents"]?.AsArray() ?? []).OfType<JsonNode>().Select(i => new Found((long?)i["number"] ?? 0, $"{i["service"]}", $"{i["title"]}", $"{i["state"]}", i["finding"]?["rootCause"]?.ToString(), i["waiting"]?.ToString()))];
    }

    /// <summary>What is wrong, and what could not be asked: a source without an answer is not a sign that all is well.</summary>
    private static async Task<(List<Found> Found, ImmutableArray<string> Unknown)> LookAsync(NightjarOptions options, CancellationToken cancellationToken)
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
            var (touched, unknown) = await PassAsync(parts, cancellationToken);
            var incidents = await Task.WhenAll(touched.Select(i => store.Incidents.GetAsync(i, cancellationToken)));
            await book.EndAsync(run, new PassResult(0, [.. incidents.OfType<Incident>()], unknown), cancellationToken);
            return ([.. open.All.Select(i => new Found(i.Id.Value, i.Service.Value, i.Title, i.State.ToString(), i.Finding?.RootCause, i.Waiting))], unknown);
        }
        catch (Exception e)
        {
            await book.FailAsync(run, cancellationToken.IsCancellationRequested ? "it was told to stop" : e.Message, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The incidents that the pass worked on, and what could not be asked.</summary>
    private static async Task<(ImmutableArray<IncidentId> Touched, ImmutableArray<string> Unknown)> PassAsync(IServiceProvider parts, CancellationToken cancellationToken)
    {
        var (open, intake, catalogue) = (parts.GetRequiredService<OpenIncidents>(), parts.GetRequiredService<Intake>(), parts.GetRequiredService<Catalogue>());
        var signals = (await parts.GetRequiredService<LogWatching>().ScanAsync(Back, cancellationToken)).AddRange(await parts.GetRequiredService<ProbeRoom>().ScanAsync(catalogue, cancellationToken)).AddRange(await parts.GetRequiredService<DockerRoom>().ScanAsync(parts.GetRequiredService<IContainerFigures>(), cancellationToken));
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

    private static void Print(List<Found> found, bool isBlind, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { findings = found }, BundleFormat.Json));
            return;
        }

        Console.Out.WriteLine(found.Count == 0 ? isBlind ? "Nothing was found, but not everything could be looked at." : "Nothing is wrong." : $"{found.Count} open incident{(found.Count == 1 ? "" : "s")}:");
        foreach (var one in found)
        {
            Console.Out.WriteLine($"  #{one.Number} {one.Title} [{one.State}]{(one.Cause is null ? "" : $"\n     {one.Cause}")}{(one.Waiting is null ? "" : $"\n     waits for {one.Waiting}")}");
        }
    }

    private sealed record Found(long Number, string Service, string Title, string State, string? Cause, string? Waiting);

    /// <summary>One look does not come back: what waits goes on at the next one.</summary>
    private sealed class NoWakeUps : IWakeUps
    {
        public Task WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
