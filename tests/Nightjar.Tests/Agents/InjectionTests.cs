using Nightjar.Agents.ClaudeCode;
using Nightjar.Core.Investigation;
using Nightjar.Testing;
using Nightjar.Tests.Configuration;

namespace Nightjar.Tests.Agents;

/// <summary>Whatever the world says, an agent is told it as data.</summary>
public class InjectionTests
{
    private static readonly Prompts Prompts = new(Path.Combine(Yaml.RepositoryRoot(), "prompts"));

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, InjectionCorpus.All("/tmp/canary").Length)];

    [Fact]
    public void The_corpus_is_large_enough() => Assert.InRange(InjectionCorpus.All("x").Distinct().Count(), 60, 1_000);

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task No_string_leaves_the_data_of_a_prompt(int number)
    {
        var text = InjectionCorpus.All("/tmp/canary")[number];
        Assert.Equal(Outline(await InvestigateAsync("plain")), Outline(await InvestigateAsync(text)));
        Assert.Equal(Outline(Propose("plain")), Outline(Propose(text)));
    }

    private static Task<string> InvestigateAsync(string text)
    {
        var brief = Brief(text);
        return Prompts.InvestigateAsync(brief, FindingOf(text), text, TestContext.Current.CancellationToken);
    }

    private static string Propose(string text) => Prompts.Propose(Brief(text), FindingOf(text), $"## Trigger\n\n{text}");

    private static Brief Brief(string text) => Case.Brief(null, Case.Evidence(text, text, Case.Frame(text, text, 7)) with { Missing = [text] });

    private static Finding FindingOf(string text) => new()
    {
        By = text,
        RootCause = text,
        Confidence = 0.5,
        Place = new CodePlace(text, 7, text),
        Suspect = new SuspectCommit("0123456789abcdef0123456789abcdef01234567", text, Case.Onset, text),
        Facts = [new ConfidenceFact(text, text, 1) { Evidence = [text] }],
        Evidence = [new Quote(text, text, text)],
        RuledOut = [text],
        Missing = [text],
    };

    /// <summary>All of a prompt that is not data: it must not depend on what the data is.</summary>
    private static string Outline(string prompt)
    {
        Assert.StartsWith("Incident ", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain(InjectionCorpus.Secret, prompt, StringComparison.Ordinal);
        Assert.DoesNotContain(prompt, c => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200b');
        Assert.InRange(prompt.Length, 1, 120_000);
        var outside = new List<string>();
        var isData = false;
        foreach (var line in prompt.Split('\n'))
        {
            Assert.False(isData ? line.Contains("<<<data", StringComparison.Ordinal) : line.Contains("data>>>", StringComparison.Ordinal), line);
            if (line == "data>>>")
            {
                isData = false;
            }

            if (!isData)
            {
                outside.Add(line);
            }

            isData = isData || line == "<<<data";
        }

        Assert.False(isData, "the last data is never closed");
        return string.Join('\n', outside);
    }
}
