using System.Collections.Immutable;
using System.Globalization;

namespace Nightjar.Connectors.Alerts;

/// <summary>What came in since the start, for people.</summary>
internal sealed class AlertFigures
{
    private const int MostNames = 5;

    private readonly Lock gate = new();
    private readonly SortedSet<string> strangers = new(StringComparer.Ordinal);
    private long firing;
    private long resolved;
    private long strange;
    private long leftOut;
    private long refused;

    public void Took(int fired, int ended, int unknown, long left)
    {
        lock (gate)
        {
            firing += fired;
            resolved += ended;
            strange += unknown;
            leftOut += left;
        }
    }

    public void Refused()
    {
        lock (gate)
        {
            refused++;
        }
    }

    /// <summary>A name that no service has.</summary>
    public void Met(string service)
    {
        lock (gate)
        {
            if (strangers.Count < 100)
            {
                strangers.Add(SourceHttp.Line(service));
            }
        }
    }

    public string Says(ImmutableArray<AlertReceiverOptions> receivers)
    {
        lock (gate)
        {
            return string.Join("; ", new[]
            {
                $"taken from {string.Join(", ", receivers.Select(r => r.Name))}: {Number(firing)} firing, {Number(resolved)} resolved",
                strange == 0 ? null : $"{Number(strange)} about services that nobody looks after ({string.Join(", ", strangers.Take(MostNames))}{(strangers.Count > MostNames ? " …" : "")})",
                leftOut == 0 ? null : $"{Number(leftOut)} left out of too large groups",
                refused == 0 ? null : $"{Number(refused)} deliveries refused",
            }.OfType<string>());
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
