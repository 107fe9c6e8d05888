using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Runs;
using Nightjar.Web.Access;

namespace Nightjar.Web.Api;

/// <summary>Passes and incidents as runs, under the names that Clopus Watcher's API gave them: <c>/runs?ns=</c>, <c>/run?id=</c>, <c>/namespaces</c>.</summary>
internal sealed class RunsApi(IRuns runs, IJournal journal, DashboardOptions options)
{
    private const int MostOnPage = 200;

    /// <summary>Rows of the journal that are read at once.</summary>
    private const int Page = 1_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/runs", (HttpContext http, RunsApi self, string? ns, long? before, int? limit) => self.ListAsync(http, ns, before, limit));
        api.MapGet("/runs/{id:long}", (HttpContext http, RunsApi self, long id) => self.GetAsync(http, id));
        api.MapGet("/runs/{id:long}/log", (HttpContext http, RunsApi self, long id) => self.LogAsync(http, id));
        api.MapGet("/run", (HttpContext http, RunsApi self, long id) => self.GetAsync(http, id));
        api.MapGet("/namespaces", (HttpContext http, RunsApi self) => self.NamespacesAsync(http));
        api.MapPost("/runs", (HttpContext http, RunsApi self) => self.PassAsync(http));
    }

    private async Task<IResult> ListAsync(HttpContext http, string? space, long? before, int? limit)
    {
        var most = Math.Clamp(limit ?? 50, 1, MostOnPage);
        var found = await runs.ListAsync(new RunQuery { Namespace = string.IsNullOrEmpty(space) ? null : space, Before = before, Limit = most }, http.RequestAborted);
        return Reply.Ok(new JsonObject
        {
            ["runs"] = new JsonArray([.. found.Select(r => (JsonNode)Shown(r))]),
            ["before"] = found.Count == most ? found[^1].Id : null,
        });
    }

    private async Task<IResult> GetAsync(HttpContext http, long id)
    {
        if (await runs.GetAsync(id, http.RequestAborted) is not { } record)
        {
            return Reply.NotFound($"There is no run {id}");
        }

        return Reply.Ok(new JsonObject { ["run"] = await WholeAsync(record, http.RequestAborted) });
    }

    /// <summary>The log alone, as plain text.</summary>
    private async Task<IResult> LogAsync(HttpContext http, long id) =>
        await runs.GetAsync(id, http.RequestAborted) is { } record ? Results.Text(await LogOfAsync(record.Run, http.RequestAborted)) : Reply.NotFound($"There is no run {id}");

    private async Task<IResult> NamespacesAsync(HttpContext http) =>
        Reply.Ok(new JsonObject { ["namespaces"] = new JsonArray([.. (await runs.NamespacesAsync(http.RequestAborted)).Select(n => (JsonNode)n)]) });

    /// <summary>A pass now, for whoever has a timer of his own.</summary>
    private async Task<IResult> PassAsync(HttpContext http)
    {
        if (options.Pass is not { } pass)
        {
            return Reply.NotFound("This Nightjar makes no passes");
        }

        return Reply.Ok(new JsonObject { ["run"] = await WholeAsync(await pass(Visitor.Of(http).Person, http.RequestAborted), http.RequestAborted) });
    }

    private async Task<JsonObject> WholeAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var shown = Shown(record.Run);
        shown["report"] = record.Run.Report;
        shown["fixes"] = new JsonArray([.. record.Fixes.Select(f => (JsonNode)Shown(f, record.Run.Id))]);
        shown["log"] = await LogOfAsync(record.Run, cancellationToken);
        return shown;
    }

    private async Task<string> LogOfAsync(Run run, CancellationToken cancellationToken)
    {
        var log = new StringBuilder();
        var (after, last) = run.Log ?? (0, long.MaxValue);
        while (await journal.ReadAsync(run.Incident, after, Page, cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var row in rows.Where(r => r.Sequence <= last))
            {
                log.Append(CultureInfo.InvariantCulture, $"{row.At:yyyy-MM-dd HH:mm:ss'Z'} {(row.Incident is { } incident && run.Incident is null ? $"#{incident.Value} " : "")}{row.Actor} {row.Act}{(row.Step == JournalStep.Note ? "" : $" {row.Step.ToString().ToLowerInvariant()}")}: {Secrets.Mask(row.Why).ReplaceLineEndings(" ")}\n");
            }

            after = rows[^1].Sequence;
            if (after >= last)
            {
                break;
            }
        }

        return log.ToString();
    }

    private static JsonObject Shown(Run run) => new()
    {
        ["id"] = run.Id,
        ["incident"] = run.Incident?.Value,
        ["started_at"] = run.StartedAt.UtcDateTime,
        ["ended_at"] = run.EndedAt?.UtcDateTime,
        ["namespace"] = run.Namespace,
        ["mode"] = run.Mode.ToString().ToLowerInvariant(),
        ["status"] = RunWords.Of(run.Status),
        ["pod_count"] = run.Pods,
        ["error_count"] = run.Errors,
        ["fix_count"] = run.Fixes,
    };

    private static JsonObject Shown(Fix fix, long run) => new()
    {
        ["run_id"] = run,
        ["timestamp"] = fix.At.UtcDateTime,
        ["namespace"] = fix.Namespace,
        ["pod_name"] = fix.Pod,
        ["error_type"] = fix.ErrorType,
        ["error_message"] = fix.ErrorMessage,
        ["fix_applied"] = fix.Applied,
        ["status"] = RunWords.Of(fix.Status),
    };
}
