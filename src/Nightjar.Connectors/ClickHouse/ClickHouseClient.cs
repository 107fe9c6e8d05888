using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nightjar.Connectors.ClickHouse;

/// <summary>A question with its parameters, which travel beside it and never in it.</summary>
internal sealed record ClickHouseQuery(string Sql, ImmutableDictionary<string, string> Parameters);

/// <summary>
/// Asks ClickHouse by its HTTP interface. A GET may not change anything: the server sees to it. An answer comes whole or not at all
/// (<c>wait_end_of_query</c>), so that half of it is not taken for all.
/// </summary>
internal sealed partial class ClickHouseClient(RateSourceOptions options) : IDisposable
{
    /// <summary>Rows of an answer: a thousand services in fifty slices or classes each. More is an error of the query, not a short answer.</summary>
    public const int MostRows = 50_000;

    private readonly SourceHttp http = new(options);

    public string Shown => http.Shown;

    /// <summary>The rows, one JSON object each.</summary>
    /// <exception cref="SourceException">There is no answer, or none that can be read.</exception>
    public async Task<IReadOnlyList<JsonElement>> AskAsync(ClickHouseQuery query, CancellationToken cancellationToken)
    {
        var answer = await http.AskAsync(HttpMethod.Get, Path(query), null, Sign, cancellationToken);
        if (answer.Status != 200)
        {
            throw new SourceException($"{Shown} answered {answer.Status}: {Advice(answer)}");
        }

        return Rows(answer.Body);
    }

    public void Dispose() => http.Dispose();

    private string Path(ClickHouseQuery query)
    {
        var path = new StringBuilder("/?");
        Add(path, "query", $"{query.Sql.TrimEnd().TrimEnd(';')}\nFORMAT JSONEachRow");
        Add(path, "database", options.ClickHouse.Database);
        Add(path, "max_execution_time", Math.Max(1, (int)Math.Ceiling(options.Timeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        Add(path, "max_result_rows", MostRows.ToString(CultureInfo.InvariantCulture));
        Add(path, "max_result_bytes", SourceHttp.LargestAnswer.ToString(CultureInfo.InvariantCulture));
        Add(path, "result_overflow_mode", "throw");
        Add(path, "wait_end_of_query", "1");
        foreach (var (name, value) in query.Parameters)
        {
            Add(path, $"param_{name}", Escape(value));
        }

        return path.ToString();
    }

    private static void Add(StringBuilder path, string name, string value) =>
        path.Append(path[^1] == '?' ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));

    /// <summary>A parameter is read as a field of the format TabSeparated.</summary>
    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal);

    private void Sign(System.Net.Http.Headers.HttpRequestHeaders headers)
    {
        if (options.User is { } user)
        {
            headers.TryAddWithoutValidation("X-ClickHouse-User", user);
        }

        if (options.Password is { } password)
        {
            headers.TryAddWithoutValidation("X-ClickHouse-Key", password.Reveal());
        }
    }

    /// <summary>The server's own words, and what to do for the faults that have one cure. The numbers are ClickHouse's error codes.</summary>
    private static string Advice(SourceAnswer answer)
    {
        var says = SourceHttp.Line(answer.Body);
        return (Code().Match(answer.Body) is { Success: true } match ? match.Groups[1].Value : "") switch
        {
            "164" => $"{says} (its user may not set limits: give it a profile with readonly = 2 instead of 1, or none)",
            "192" or "193" or "194" or "516" => $"{says} (correct user and password)",
            "497" => $"{says} (grant the user SELECT on these tables)",
            "60" or "81" => $"{says} (correct database, logs or traces)",
            "47" or "16" => $"{says} (correct columns, or the sql)",
            "396" or "158" => $"{says} (the query tells of too much)",
            _ => says,
        };
    }

    private List<JsonElement> Rows(string body)
    {
        var rows = new List<JsonElement>();
        foreach (var line in body.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(line.ToString());
                rows.Add(document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("not an object"));
            }
            catch (JsonException e)
            {
                throw new SourceException($"{Shown} answered something that is not rows of JSON: {SourceHttp.Line(line.ToString())}", e);
            }
        }

        return rows.Count <= MostRows ? rows : throw new SourceException($"{Shown} answered more than {MostRows} rows");
    }

    [GeneratedRegex(@"Code:\s*(\d{1,5})", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
