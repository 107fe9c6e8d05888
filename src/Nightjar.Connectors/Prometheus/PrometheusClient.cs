using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Nightjar.Connectors.Prometheus;

/// <summary>One series of an answer.</summary>
/// <param name="Points">A point that is no number is NaN, and so unknown.</param>
internal sealed record Series(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<(DateTimeOffset At, double Value)> Points);

/// <summary>Asks by Prometheus's HTTP API, which Thanos, Mimir and VictoriaMetrics speak as well.</summary>
/// <remarks>https://prometheus.io/docs/prometheus/latest/querying/api/</remarks>
internal sealed class PrometheusClient(RateSourceOptions options) : IDisposable
{
    /// <summary>Series of an answer: a thousand services with ten classes each.</summary>
    private const int MostSeries = 10_000;

    private readonly SourceHttp http = new(options);

    public string Shown => http.Shown;

    /// <summary>The values at one moment.</summary>
    /// <exception cref="SourceException">There is no answer, or none that can be read.</exception>
    public Task<IReadOnlyList<Series>> InstantAsync(string query, DateTimeOffset at, CancellationToken cancellationToken) =>
        AskAsync("/api/v1/query", new() { ["query"] = query, ["time"] = Seconds(at) }, cancellationToken);

    /// <summary>The values at start, start + step … up to the end.</summary>
    public Task<IReadOnlyList<Series>> RangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
        AskAsync("/api/v1/query_range", new() { ["query"] = query, ["start"] = Seconds(start), ["end"] = Seconds(end), ["step"] = step.TotalSeconds.ToString(CultureInfo.InvariantCulture) }, cancellationToken);

    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var answer = await http.AskAsync(HttpMethod.Get, "/api/v1/status/buildinfo", null, Sign, cancellationToken);
        return answer.Status == 200 && Read(answer).TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("version", out var version) ? SourceHttp.Line(version.ToString()) : "of unknown version";
    }

    public void Dispose() => http.Dispose();

    private async Task<IReadOnlyList<Series>> AskAsync(string path, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        form["timeout"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)Math.Ceiling(options.Timeout.TotalSeconds))}s");
        var answer = await http.AskAsync(HttpMethod.Post, path, form, Sign, cancellationToken);
        if (answer.Status is 401 or 403)
        {
            throw new SourceException($"{Shown} answered {answer.Status}: correct user and password");
        }

        var json = Read(answer);
        if (answer.Status != 200 || Text(json, "status") != "success")
        {
            throw new SourceException($"{Shown} answered {answer.Status}: {SourceHttp.Line($"{Text(json, "errorType")} {Text(json, "error")}")} (query {SourceHttp.Line(form["query"])})");
        }

        var data = json.TryGetProperty("data", out var given) && given.ValueKind == JsonValueKind.Object ? given : throw new SourceException($"{Shown} answered without data");
        if (Text(data, "resultType") is not ("vector" or "matrix") || !data.TryGetProperty("result", out var result) || result.ValueKind != JsonValueKind.Array)
        {
            throw new SourceException($"the query {SourceHttp.Line(form["query"])} gives a {SourceHttp.Line(Text(data, "resultType"))}; a series for each service is needed");
        }

        return result.GetArrayLength() <= MostSeries ? [.. result.EnumerateArray().Select(One)] : throw new SourceException($"the query {SourceHttp.Line(form["query"])} gives {result.GetArrayLength()} series; {MostSeries} are allowed. Sum them by service");
    }

    private JsonElement Read(SourceAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("not an object");
        }
        catch (JsonException e)
        {
            throw new SourceException($"{Shown} answered {answer.Status} with something that is not Prometheus's JSON: {SourceHttp.Line(answer.Body)}", e);
        }
    }

    private static Series One(JsonElement series)
    {
        var labels = series.TryGetProperty("metric", out var metric) && metric.ValueKind == JsonValueKind.Object
            ? metric.EnumerateObject().DistinctBy(l => l.Name).ToDictionary(l => l.Name, l => l.Value.ToString(), StringComparer.Ordinal)
            : [];
        IEnumerable<JsonElement> points = series.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array ? values.EnumerateArray()
            : series.TryGetProperty("value", out var value) ? [value]
            : [];
        return new Series(labels, [.. points.Select(Point)]);
    }

    private static (DateTimeOffset At, double Value) Point(JsonElement pair) =>
        pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2 && pair[0].ValueKind == JsonValueKind.Number && pair[0].GetDouble() is >= 0 and < 1e11 and var at
            ? (DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(at * 1000)), double.TryParse(pair[1].ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
            : throw new SourceException($"a point of the answer is {SourceHttp.Line(pair.ToString())}, not a time and a value");

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static string Seconds(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() / 1000m).ToString(CultureInfo.InvariantCulture);

    private void Sign(HttpRequestHeaders headers)
    {
        if (options.Password is { } password)
        {
            headers.Authorization = options.User is { } user
                ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password.Reveal()}")))
                : new AuthenticationHeaderValue("Bearer", password.Reveal());
        }
    }
}
