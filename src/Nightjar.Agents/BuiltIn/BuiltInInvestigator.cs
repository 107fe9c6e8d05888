using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>
/// Finds the commit behind an error without any model: stack frames → source → blame → history, weighed by named facts
/// (see <see cref="Weights"/>). Proposes to revert it, or says why not. A cause that the rules of diagnosis see in the platform comes first where
/// it is the likelier one.
/// </summary>
public sealed partial class BuiltInInvestigator(ILogger<BuiltInInvestigator> logger) : IAgent
{
    public string Name => "built-in";

    /// <summary>Never fails for bad or missing evidence: what was missing is in the finding.</summary>
    public async Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken)
    {
        var troubles = Trouble.Of(brief.Evidence);
        var reader = brief.Code is null ? null : new CodeReader(brief.Code);
        var (scene, ranked) = reader is null ? (Scene.Empty, []) : await LookAsync(brief, reader, troubles, cancellationToken);
        var finding = RuledFinding.With(brief.Causes, new FindingWriter(brief, troubles, scene, ranked, reader?.Missing ?? []).Write());
        Investigated(brief.Incident.Id.Value, finding.Suspect?.Short ?? "none", finding.Confidence, reader?.Calls ?? 0);
        return finding;
    }

    public async Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken) =>
        await ManifestProposal.TryAsync(brief, clone, cancellationToken) ?? await RevertProposal.TryAsync(finding, clone, cancellationToken);

    private static async Task<(Scene Scene, ImmutableArray<Suspicion> Ranked)> LookAsync(Brief brief, CodeReader reader, ImmutableArray<Trouble> troubles, CancellationToken cancellationToken)
    {
        var map = new SourceMap(Trouble.Safe(await reader.FilesAsync(cancellationToken)));
        var scene = await new SceneReader(reader, map).ReadAsync(troubles, cancellationToken);
        return (scene, await new Ranking(reader, brief.Evidence, troubles).RankAsync(scene, cancellationToken));
    }

    [LoggerMessage(4100, LogLevel.Information, "Investigated incident {Incident}: suspect {Suspect}, confidence {Confidence:0.00}, {Calls} reads of the repository")]
    private partial void Investigated(long incident, string suspect, double confidence, int calls);
}
