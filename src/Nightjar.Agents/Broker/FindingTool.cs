using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.Broker;

/// <summary>
/// <c>submit_finding</c>: how phase 1 ends. A claim that can be looked up is: the file and the line must exist, the commit must be in the
/// history, each evidence id must be one that was handed out.
/// </summary>
/// <param name="by">Who finds it, for the report.</param>
/// <param name="quotes">What may be cited.</param>
public sealed class FindingTool(Brief brief, string by, ImmutableArray<Quote> quotes)
{
    private const int LongestSentence = 600;
    private const int LongestDetails = 6_000;
    private const int LongestName = 300;
    private const int MostItems = 12;

    /// <summary>What was submitted and accepted; null until then.</summary>
    public Finding? Accepted { get; private set; }

    /// <summary>How often something was submitted that could not be accepted.</summary>
    public int Refused { get; private set; }

    public BrokerTool Tool => new("submit_finding", "Ends the investigation. Call it exactly once, with what you found; low confidence is an answer, a guess is not.", Schema, RunAsync);

    private JsonObject Schema => BrokerTool.Takes(
        ["root_cause", "confidence", "evidence_ids", "ruled_out", "missing"],
        ("root_cause", BrokerTool.Text("one sentence: what fails, where, and why", LongestSentence)),
        ("details", BrokerTool.Text("the reasoning, in short paragraphs of Markdown", LongestDetails)),
        ("file", BrokerTool.Text("where the fault is, in the repository", 500)),
        ("line", BrokerTool.Whole("its line", 1, 1_000_000)),
        ("function", BrokerTool.Text("its function", 200)),
        ("suspect_commit", BrokerTool.Text("the commit that brought it in, when one did", 64)),
        ("confidence", BrokerTool.Number("how sure, 0 to 1", 0, 1)),
        ("evidence_ids", BrokerTool.Texts("ids of the evidence that shows it, such as E1", MostItems, 8)),
        ("ruled_out", BrokerTool.Texts("other causes, each with why it is not the one", MostItems, LongestSentence)),
        ("missing", BrokerTool.Texts("what would have helped and was not there", MostItems, LongestSentence)),
        ("mitigation_action", BrokerTool.Choice("one action that would help at once, before the cause is gone; leave it out when none would. It is done only where the policy of healing lets it be", Mitigation.Actions(brief.Service))),
        ("mitigation_workload", BrokerTool.Choice("on which workload; the one in trouble when left out", Mitigation.Workloads(brief.Incident, brief.Service))),
        ("mitigation_why", BrokerTool.Text("one sentence: why it would help", LongestSentence)));

    private async Task<string> RunAsync(ToolArguments arguments, CancellationToken cancellationToken)
    {
        if (Accepted is not null)
        {
            return "A finding was accepted already. Stop here.";
        }

        try
        {
            var (commit, lines) = await LookUpAsync(arguments, cancellationToken);
            Accepted = arguments.Read(BrokerSchema.Of(Schema), a => Finding(a, commit, lines));
            return "Accepted. Stop here.";
        }
        catch (ToolMisuseException)
        {
            Refused++;
            throw;
        }
    }

    private async Task<(CommitFacts? Commit, int Lines)> LookUpAsync(ToolArguments arguments, CancellationToken cancellationToken)
    {
        var file = arguments.Text("file", 500);
        var text = file.Length > 0 && brief.Code is { } code ? await code.ReadAsync(file, cancellationToken) : null;
        return (await EvidenceTools.CommitOfAsync(brief, arguments.Text("suspect_commit", 64), cancellationToken), text is null ? 0 : text.Split('\n').Length - (text.EndsWith('\n') ? 1 : 0));
    }

    private Finding Finding(ToolArguments arguments, CommitFacts? commit, int lines)
    {
        var (file, line) = (arguments.Text("file", 500), arguments.Whole("line", 1, 1_000_000));
        if (file.Length > 0 && lines == 0)
        {
            arguments.Blame("file", "there is no such text file in the repository");
        }
        else if (line > lines)
        {
            arguments.Blame("line", $"the file has {lines} lines");
        }

        if (arguments.Text("suspect_commit", 64).Length > 0 && commit is null)
        {
            arguments.Blame("suspect_commit", "there is no such commit in the newest history");
        }

        var ids = arguments.Texts("evidence_ids", MostItems, 8);
        if (ids.FirstOrDefault(id => quotes.All(q => q.Id != id)) is { } unknown)
        {
            arguments.Blame("evidence_ids", $"there is no evidence {unknown}; there is {string.Join(", ", quotes.Select(q => q.Id))}");
        }

        return new Finding
        {
            By = by,
            RootCause = arguments.Words("root_cause", LongestSentence),
            Details = Quoting.Prose(arguments.Text("details", LongestDetails)),
            Place = file.Length > 0 && line is { } at ? new CodePlace(file, at, arguments.Text("function", 200) is { Length: > 0 } function ? function : null) : null,
            Suspect = commit is null ? null : new SuspectCommit(commit.Sha, commit.Author, commit.At, commit.Subject),
            Confidence = arguments.Number("confidence", 0, 1) ?? 0,
            Evidence = [.. quotes.Where(q => ids.Contains(q.Id))],
            RuledOut = arguments.Texts("ruled_out", MostItems, LongestSentence),
            Missing = arguments.Texts("missing", MostItems, LongestSentence),
            Mitigation = Wish(arguments),
        };
    }

    private Mitigation? Wish(ToolArguments arguments)
    {
        var (action, workload, why) = (arguments.Text("mitigation_action", LongestName), arguments.Text("mitigation_workload", LongestName), arguments.Text("mitigation_why", LongestSentence));
        if (action.Length == 0)
        {
            return null;
        }

        var wish = new Mitigation(action, workload.Length == 0 ? null : workload, why);
        if (wish.Refusal(brief.Incident, brief.Service) is { } refusal)
        {
            arguments.Blame("mitigation_action", refusal);
        }

        return wish;
    }
}
