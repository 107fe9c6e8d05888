using Nightjar.Core.Investigation;
using Nightjar.Demo.Model;
using Nightjar.Testing;

namespace Nightjar.Live.Agent;

/// <summary>The real program in the real fence: both phases, as far as a valid answer and as far as none.</summary>
public sealed class PhaseTests
{
    [Fact]
    public async Task Phase_1_ends_with_the_finding_that_was_submitted()
    {
        await using var shop = await Shop.OpenAsync(Shop.Script(ModelTurn.Calls("mcp__nightjar__errors", []), Shop.Reads(), Shop.Finds()));

        var finding = await shop.InvestigateAsync();

        Assert.Equal("take takes more than there is", finding.RootCause);
        Assert.Equal(new CodePlace(AgentLab.File, 2, null), finding.Place);
        Assert.Equal("E1", Assert.Single(finding.Evidence).Id);
        Assert.Contains(shop.Lab.Sign, finding.By, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("DUMP") is { } dump)
        {
            var i = 0;
            foreach (var r in shop.Lab.Model.Requests) { System.IO.File.WriteAllText($"{dump}/{i++}.json", r.Body.ToJsonString()); System.IO.File.AppendAllText($"{dump}/h.txt", string.Join("\n", r.Headers.Select(h => h.Key + ": " + h.Value)) + "\n\n"); }
            System.IO.File.Copy(shop.Lab.TranscriptOf("investigate"), $"{dump}/t.jsonl", true);
        }
    }
}
