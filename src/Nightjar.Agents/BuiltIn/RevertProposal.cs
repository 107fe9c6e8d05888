using System.Globalization;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.BuiltIn;

/// <summary>The one fix that needs no author: take the suspect back.</summary>
internal static class RevertProposal
{
    /// <summary>A subject longer than this is cut by most tools that show it.</summary>
    private const int LongestSubject = 100;

    public static async Task<ProposalAttempt> TryAsync(Finding finding, IPrivateClone clone, CancellationToken cancellationToken)
    {
        if (finding.Suspect is not { } suspect || finding.Confidence < Weights.Threshold)
        {
            return new ProposalAttempt { Why = "No commit is suspected with enough confidence, and a revert is the only fix that can be proposed without a model" };
        }

        var commit = $"{Quoting.Inline(suspect.Short)} {Quoting.Inline(suspect.Subject, 100)}";
        if (!await clone.TryRevertAsync(suspect.Sha, cancellationToken))
        {
            return new ProposalAttempt
            {
                Why = $"Reverting {commit} does not apply cleanly: later commits changed the same lines, so undoing it needs a person",
                Tried = [$"Revert of {commit}: conflicts, nothing was changed"],
            };
        }

        if ((await clone.ChangedFilesAsync(cancellationToken)).IsDefaultOrEmpty)
        {
            return new ProposalAttempt { Why = $"Reverting {commit} changes nothing: it was undone already", Tried = [$"Revert of {commit}: empty"] };
        }

        return new ProposalAttempt
        {
            Why = $"Reverting {commit} applies cleanly",
            Tried = [$"Revert of {commit}: applied cleanly"],
            Change = new DraftChange(
                Quoting.Plain($"fix: revert {suspect.Short} \"{suspect.Subject.Replace('"', '\'')}", LongestSubject - 1) + "\"",
                string.Create(CultureInfo.InvariantCulture, $"Takes back {commit}, which the investigation suspects with a confidence of {finding.Confidence:0.00}."),
                "What that commit was for is gone again until it is redone without the fault.",
                "none is added: the fix brings back code that the existing tests knew",
                CodeOrigin.HeldByRepository),
        };
    }
}
