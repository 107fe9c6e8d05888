using System.Globalization;
using Nightjar.Core.Proposal;

namespace Nightjar.Connectors.LocalHost;

/// <summary>What the local host says to people and writes into commits. Titles and names come from outside: one line each.</summary>
internal static class Words
{
    public const string Nightjar = "nightjar";

    private const int LongestLine = 300;

    public static string OneLine(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]).Trim();
        return line.Length <= LongestLine ? line : $"{line[..LongestLine]}…";
    }

    public static string MergeMessage(HostedRequest request, string person) => $"{Subject(request)}\n\nMerged by {person} on the local host.\n";

    public static ReviewAnswer Ended(HostedRequest request) => new(
        false,
        request.State switch
        {
            HostedState.Merged => $"Request #{request.Number} was merged already, by {request.ClosedBy}{At(request)}.",
            HostedState.Closed => $"Request #{request.Number} was closed already, by {request.ClosedBy}{At(request)}.",
            HostedState.Open => $"Request #{request.Number} has no branch to merge.",
        },
        request.MergeCommit);

    public static ReviewAnswer Rewritten(HostedRequest seen, string head) => new(
        false,
        $"Branch {seen.Branch} was rewritten since it was last looked at (it was at {Short(seen.Head)}, it is at {Short(head)}). Nothing was merged: read the diff again, then press Merge once more.");

    public static ReviewAnswer MovedOn(HostedRequest request, string expected, string head) => new(
        false,
        $"Branch {request.Branch} has changed since you looked: you saw {OneLine(Short(expected))}, it is at {Short(head)} now. Nothing was merged: read what is new, then press Merge again.");

    public static ReviewAnswer NotMerged(HostedRequest request, MergeAttempt attempt) => new(
        false,
        attempt.End switch
        {
            MergeEnd.Conflict => $"Branch {request.Branch} conflicts with {request.BaseBranch} in {Files(attempt)}. Nothing was changed: merge {request.BaseBranch} into the branch by hand, push it, then press Merge again.",
            MergeEnd.Moved => $"{request.BaseBranch} was moved by somebody else in this moment. Nothing was changed: press Merge again.",
            MergeEnd.CheckedOut => $"{request.BaseBranch} is checked out in {attempt.Details[0]}, and Nightjar never touches a person's tree. Nothing was changed. Run this there yourself, and the request will show as merged: {Command(request, attempt.Details[0])}",
            MergeEnd.Merged => $"Request #{request.Number} is merged into {request.BaseBranch}.",
        });

    public static RequestComment Deleted(HostedRequest request, DateTimeOffset at) =>
        new("branch-deleted", Nightjar, $"Branch `{request.Branch}` no longer exists and was not merged, so this request was closed.", at);

    public static RequestComment RewrittenComment(HostedRequest request, string head, DateTimeOffset at) =>
        new($"branch-rewritten-{head}", Nightjar, $"Branch `{request.Branch}` was rewritten: it was at {Short(request.Head)}, it is at {Short(head)}. What was read before may no longer be in it.", at);

    private static string Subject(HostedRequest request) => string.Create(CultureInfo.InvariantCulture, $"Merge pull request #{request.Number}: {request.Title}");

    private static string Command(HostedRequest request, string tree) => $"git -C {Quoted(tree)} merge --no-ff -m {Quoted(Subject(request))} {Quoted(request.Branch)}";

    /// <summary>As a shell takes it literally.</summary>
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Files(MergeAttempt attempt)
    {
        var shown = string.Join(", ", attempt.Details.Take(5).Select(OneLine));
        return attempt.Details.Length switch
        {
            0 => "its files",
            <= 5 => shown,
            var all => $"{shown} and {all - 5} more",
        };
    }

    private static string At(HostedRequest request) =>
        request.ClosedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "";

    private static string Short(string? sha) => sha is { Length: > 8 } ? sha[..8] : sha ?? "nothing";
}
