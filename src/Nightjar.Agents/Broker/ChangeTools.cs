using System.Text.Json.Nodes;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Agents.Broker;

/// <summary>The tools of phase 2: the service's own check, and <c>submit_change</c>, with which it ends.</summary>
public sealed class ChangeTools(Service service, IPrivateClone clone, IServiceCheck checks)
{
    private const int LongestSentence = 600;
    private const int LongestSummary = 2_000;

    /// <summary>Each builds and tests the service.</summary>
    private const int MostChecks = 8;

    /// <summary>Characters of a check's output that are shown: its end.</summary>
    private const int LongestOutput = 12_000;

    private int checksRun;

    public DraftChange? Accepted { get; private set; }

    public int Refused { get; private set; }

    public BrokerTool[] All => service.Check is null ? [Submit] : [Check, Submit];

    private BrokerTool Check => new("run_check", "Runs the service's own check (build and tests) on the files as they are now, and shows how it ended.", BrokerTool.Takes([]), CheckAsync);

    private BrokerTool Submit => new("submit_change", "Ends the work. Call it exactly once, when the files are as they should be and the check passes.", Schema, SubmitAsync);

    private static JsonObject Schema => BrokerTool.Takes(
        ["subject", "summary", "tests", "risk"],
        ("subject", BrokerTool.Text("the commit's first line, such as: fix(stock): take and check in one step", 90)),
        ("summary", BrokerTool.Text("what was changed and why it mends the cause", LongestSummary)),
        ("tests", BrokerTool.Text("the test that was added and fails without the change, or why there is none", LongestSentence)),
        ("risk", BrokerTool.Text("what a person should look at before merging", LongestSentence)));

    private async Task<string> CheckAsync(ToolArguments arguments, CancellationToken cancellationToken)
    {
        _ = arguments.Read(BrokerSchema.Of(BrokerTool.Takes([])), _ => 0);
        if (checksRun++ >= MostChecks)
        {
            throw new ToolMisuseException($"The check was run {MostChecks} times, which is all there is. Submit what you have, or stop.");
        }

        var result = await checks.RunAsync(service, clone.Path, CodeOrigin.WrittenByModel, cancellationToken);
        var output = result.Output.Length > LongestOutput ? $"…{result.Output[^LongestOutput..]}" : result.Output;
        return $"The check {result.Says}.\n{output}";
    }

    private async Task<string> SubmitAsync(ToolArguments arguments, CancellationToken cancellationToken)
    {
        if (Accepted is not null)
        {
            return "A change was accepted already. Stop here.";
        }

        try
        {
            var change = arguments.Read(BrokerSchema.Of(Schema), a => new DraftChange(a.Words("subject", 90), a.Words("summary", LongestSummary), a.Words("risk", LongestSentence), a.Words("tests", LongestSentence), CodeOrigin.WrittenByModel));
            if ((await clone.ChangedFilesAsync(cancellationToken)).IsEmpty)
            {
                throw new ToolMisuseException("No file was changed. Change what mends the cause first; when nothing can be, stop without submitting and say why.");
            }

            Accepted = change;
            return "Accepted. Stop here.";
        }
        catch (ToolMisuseException)
        {
            Refused++;
            throw;
        }
    }
}
