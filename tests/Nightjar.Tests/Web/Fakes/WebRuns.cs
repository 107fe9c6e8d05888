using Nightjar.Core.Policy;
using Nightjar.Core.Runs;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>Runs in memory.</summary>
internal sealed class WebRuns : IRuns
{
    private readonly List<RunRecord> all = [];

    public void Add(RunRecord record) => all.Add(record);

    public void In(Mode mode) => throw new NotSupportedException("The web sets no mode");

    public Task<Run> BeginAsync(Run draft, CancellationToken cancellationToken) => throw new NotSupportedException("The web begins none");

    public Task EndAsync(RunRecord record, CancellationToken cancellationToken) => throw new NotSupportedException("The web ends none");

    public Task<IReadOnlyList<Run>> ListAsync(RunQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Run>>(
        [.. all.Select(r => r.Run).Where(r => (query.Namespace is null || r.Namespace == query.Namespace) && (query.Before is null || r.Id < query.Before)).OrderByDescending(r => r.Id).Take(query.Limit)]);

    public Task<RunRecord?> GetAsync(long id, CancellationToken cancellationToken) => Task.FromResult(all.FirstOrDefault(r => r.Run.Id == id));

    public Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([.. all.Select(r => r.Run.Namespace).Where(n => n.Length > 0).Distinct()]);
}
