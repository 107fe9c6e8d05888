using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>A namespace that has used up most of what it may have: the next rollout gets no pods.</summary>
internal static class Quotas
{
    private static readonly decimal[] Steps = [0.95m, 0.8m];

    public static IEnumerable<Weakness> Find(AheadFacts facts) =>
        from quota in facts.View.Quotas
        where facts.Has(quota.Meta.Namespace)
        from hard in quota.Hard
        let most = Quantity.Read(hard.Value)
        let used = quota.Used.TryGetValue(hard.Key, out var written) ? Quantity.Read(written) : null
        where most is > 0 && used is not null
        let step = Steps.FirstOrDefault(s => used > most * s)
        where step > 0
        select new Weakness(string.Create(CultureInfo.InvariantCulture, $"quota used to more than {step * 100:0} %"), quota.Meta.Ref, hard.Key);
}
