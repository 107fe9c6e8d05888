using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Connectors;
using Nightjar.Connectors.Alerts;

namespace Nightjar.Configuration;

/// <summary>What no single key of a source or a receiver can tell.</summary>
internal static class SourceChecks
{
    private static readonly string[] OfClickHouse = ["database", "logs", "traces", "columns", "sql"];

    private static readonly string[] OfPrometheus = ["errors", "rate", "total", "perSecond", "label", "classLabel"];

    public static void Run(NightjarOptions options, Reading reading)
    {
        var services = options.Services.Select(s => s.Name.Value).ToImmutableArray();
        if (options.Sources.Length == reading.Places.Keys.Count(p => IsItem(p, "sources")))
        {
            for (var i = 0; i < options.Sources.Length; i++)
            {
                Check(options.Sources, i, services, reading);
            }
        }

        if (options.Alerts.Length == reading.Places.Keys.Count(p => IsItem(p, "alerts")))
        {
            for (var i = 0; i < options.Alerts.Length; i++)
            {
                Check(options.Alerts, i, services, reading);
            }
        }
    }

    /// <summary>Whether a service's <c>errorRate.source</c> leads anywhere.</summary>
    public static void CheckSourceOf(Core.Services.Service service, string path, ImmutableArray<RateSourceOptions> sources, Reading reading)
    {
        if (service.ErrorRate.Source is not { } named)
        {
            return;
        }

        if (named == Core.Services.ErrorRateOptions.FromLogs ? !reading.Has($"{path}.logs") : !sources.Any(s => s.Name == named))
        {
            reading.Blame($"{path}.errorRate.source", named == Core.Services.ErrorRateOptions.FromLogs ? "is logs, but the service has no logs" : $"there is no source {Wording.Quote(named)}{Wording.DidYouMean(named, sources.Select(s => s.Name))}");
        }
    }

    private static bool IsItem(string path, string list) => path.StartsWith($"{list}[", StringComparison.Ordinal) && path.IndexOf(']', StringComparison.Ordinal) == path.Length - 1;

    private static void Check(ImmutableArray<RateSourceOptions> sources, int index, ImmutableArray<string> services, Reading reading)
    {
        var (source, path) = (sources[index], string.Create(CultureInfo.InvariantCulture, $"sources[{index}]"));
        CheckName(source.Name, sources.Take(index).Select(s => s.Name), path, reading);
        if (source.Name == Core.Services.ErrorRateOptions.FromLogs)
        {
            reading.Blame($"{path}.name", "is what the services' own log files are called; take another name");
        }

        if (source.Url.UserInfo.Length > 0 || source.Url.Query.Length > 0)
        {
            reading.Blame($"{path}.url", "holds more than an address; user and password have keys of their own");
        }

        Both(path, "password", "passwordFile", reading);
        var isClickHouse = source.Kind == RateSourceKind.ClickHouse;
        Unused(path, isClickHouse ? OfPrometheus : OfClickHouse, isClickHouse ? "a source of kind clickhouse has no such thing" : "a source of kind prometheus has no such thing", reading);
        CheckServices(source.Services, $"{path}.services", services, reading);
        if (isClickHouse)
        {
            CheckClickHouse(source.ClickHouse, path, reading);
        }
        else
        {
            CheckPrometheus(source.Prometheus, path, reading);
        }
    }

    private static void CheckClickHouse(ClickHouseTables tables, string path, Reading reading)
    {
        if (tables.Sql is { } sql)
        {
            Unused(path, ["logs", "traces", "columns"], "there is sql", reading);
            if (sql.Contains("{from:", StringComparison.Ordinal) != sql.Contains("{to:", StringComparison.Ordinal))
            {
                reading.Blame($"{path}.sql", "names one end of the window; write both {from:DateTime} and {to:DateTime}, or neither");
            }
        }
        else if (tables is { Logs: null, Traces: null })
        {
            reading.Blame($"{path}.traces", "is off, and so is logs: there is nothing to ask for");
        }
    }

    private static void CheckPrometheus(PrometheusQueries queries, string path, Reading reading)
    {
        if (queries.Total.Length == 0)
        {
            reading.Blame(path, "the key total is missing; it takes a query of all requests in the window");
        }

        if (queries.Errors is null == queries.Rate is null)
        {
            reading.Blame(path, queries.Errors is null ? "takes errors or rate; give one" : "has both errors and rate; give one");
        }

        if (queries.ClassLabel is not null && queries.Errors is null)
        {
            reading.Blame($"{path}.classLabel", "is not used: there is no query errors");
        }

        foreach (var (key, query) in new[] { ("errors", queries.Errors), ("total", queries.Total) })
        {
            if (query is { Length: > 0 } && !queries.PerSecond && !query.Contains(PrometheusQueries.Window, StringComparison.Ordinal))
            {
                reading.Blame($"{path}.{key}", $"does not say {PrometheusQueries.Window}, so it cannot tell of the window that is asked for; write increase(…[{PrometheusQueries.Window}]), or perSecond: on when it gives a rate a second");
            }
        }
    }

    private static void Check(ImmutableArray<AlertReceiverOptions> receivers, int index, ImmutableArray<string> services, Reading reading)
    {
        var (receiver, path) = (receivers[index], string.Create(CultureInfo.InvariantCulture, $"alerts[{index}]"));
        CheckName(receiver.Name, receivers.Take(index).Select(r => r.Name), path, reading);
        Both(path, "secret", "secretFile", reading);
        if (!reading.Has($"{path}.secret") && !reading.Has($"{path}.secretFile"))
        {
            reading.Blame(path, "has no secret, so anybody could send alerts; give secret or secretFile");
        }

        if (receiver is { Kind: AlertKind.PagerDuty, User: not null })
        {
            reading.Blame($"{path}.user", "is not used: PagerDuty signs what it sends");
        }

        CheckServices(receiver.Services, $"{path}.services", services, reading);
        if (receiver.Otherwise is { } otherwise && !services.Contains(otherwise))
        {
            reading.Blame($"{path}.otherwise", $"there is no service {Wording.Quote(otherwise)}{Wording.DidYouMean(otherwise, services)}");
        }
    }

    private static void CheckName(string name, IEnumerable<string> before, string path, Reading reading)
    {
        if (name.Length > 0 && before.Contains(name))
        {
            reading.Blame($"{path}.name", $"{Wording.Quote(name)} is the name of another already");
        }
    }

    private static void Both(string path, string one, string other, Reading reading)
    {
        if (reading.Has($"{path}.{one}") && reading.Has($"{path}.{other}"))
        {
            reading.Blame($"{path}.{other}", $"is given beside {one}; give one of the two");
        }
    }

    private static void Unused(string path, IEnumerable<string> keys, string why, Reading reading)
    {
        foreach (var key in keys.Where(k => reading.Has($"{path}.{k}")))
        {
            reading.Blame($"{path}.{key}", $"is not used: {why}");
        }
    }

    private static void CheckServices(ImmutableDictionary<string, string> renamed, string path, ImmutableArray<string> services, Reading reading)
    {
        foreach (var (there, here) in renamed.Where(r => !services.Contains(r.Value)))
        {
            reading.Blame($"{path}.{there}", $"there is no service {Wording.Quote(here)}{Wording.DidYouMean(here, services)}");
        }
    }
}
