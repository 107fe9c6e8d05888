namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Certificates that run out soon, as their servers show them.</summary>
internal static class Certificates
{
    private static readonly (TimeSpan Left, string Says)[] Steps =
    [
        (TimeSpan.Zero, "certificate ran out"), (TimeSpan.FromDays(1), "certificate runs out within 24 hours"), (TimeSpan.FromDays(7), "certificate runs out within 7 days"), (TimeSpan.FromDays(30), "certificate runs out within 30 days"),
    ];

    public static IEnumerable<Weakness> Find(AheadFacts facts) =>
        from shown in facts.Certificates
        let step = Steps.FirstOrDefault(s => shown.NotAfter - facts.Now < s.Left)
        where step.Says is not null
        select new Weakness(step.Says, shown.About, shown.Host);
}
