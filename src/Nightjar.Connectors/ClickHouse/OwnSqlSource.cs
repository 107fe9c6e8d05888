using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.ClickHouse;

/// <summary>
/// The user's own SQL: a row for each service, or for each class of a service. <c>total</c> is the service's in each of its rows;
/// <c>errors</c> is the row's own. SQL that names no window tells of the last <see cref="RateSourceOptions.Every"/>, whatever is asked.
/// </summary>
internal sealed partial class OwnSqlSource(RateSourceOptions options, ClickHouseClient client) : IRateSource, ILogSource
{
    private readonly string sql = options.ClickHouse.Sql ?? "";

    public RateUnit Of => RateUnit.Requests;

    public string? Remark => null;

    private bool NamesWindow => Parameter().Matches(sql).Select(m => m.Groups[1].Value).ToHashSet().IsSupersetOf(["from", "to"]);

    public async Task<IReadOnlyList<SourceCount>> WindowAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        [.. (await RowsAsync(from, to, cancellationToken)).GroupBy(r => Row.Text(r, "service")).Where(s => s.Key.Length > 0).Select(s => new SourceCount(s.Key, NamesWindow ? from : to - options.Every, to, s.Sum(r => Row.Count(r, "errors")), s.Max(r => Row.Count(r, "total"))))];

    public Task<IReadOnlyList<SourceCount>> SeriesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => WindowAsync(from, to, cancellationToken);

    public async Task<ImmutableArray<ErrorGroup>> KindsAsync(string service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        [.. (await RowsAsync(from, to, cancellationToken)).Where(r => Row.Text(r, "service") == service && Row.Count(r, "errors") > 0).Select(r => Kind.Of(Row.Text(r, "class"), Row.Text(r, "message"), "", Row.Text(r, "sample"), Row.Count(r, "errors"), from, to) with { Traces = Row.Texts(r, "trace") })];

    public async Task<LogDigest?> DigestAsync(string service, DateTimeOffset from, DateTimeOffset onset, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var kinds = (await KindsAsync(service, from, to, cancellationToken)).Where(k => k.ErrorClass.Length > 0).ToImmutableArray();
        return kinds.IsEmpty ? null : new LogDigest { From = from, To = to, Lines = kinds.Sum(k => k.Count), Errors = kinds.Sum(k => k.Count), ErrorGroups = kinds };
    }

    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var version = Row.Text((await client.AskAsync(new ClickHouseQuery("SELECT version() AS version", []), cancellationToken)).FirstOrDefault(), "version");
        var to = TimeProvider.System.GetUtcNow();
        var counts = await WindowAsync(to - options.Every, to, cancellationToken);
        return new SourceCheck(options.Name, true, string.Create(CultureInfo.InvariantCulture, $"ClickHouse {version}, the sql tells of {counts.Count} services in the last {options.Every.TotalSeconds:0} s{(NamesWindow ? "" : " by its own clock")}"));
    }

    private Task<IReadOnlyList<JsonElement>> RowsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // A server takes a parameter that the query does not name for an unknown setting.
        var parameters = Parameter().Matches(sql).Select(m => m.Groups[1].Value).Distinct().Where(n => n is "from" or "to")
            .ToImmutableDictionary(n => n, n => (n == "from" ? from : to).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        return client.AskAsync(new ClickHouseQuery(sql, parameters), cancellationToken);
    }

    [GeneratedRegex(@"\{\s*([A-Za-z_]\w*)\s*:", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
