using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using static Nightjar.Tests.Agents.Case;

namespace Nightjar.Tests.Agents;

/// <summary>The built-in investigator with little, hostile or far too much to go by.</summary>
public sealed class PoorEvidenceTests
{
    [Fact]
    public async Task Arrays_that_were_never_set_are_empty()
    {
        var evidence = Evidence("MathError", "x");
        evidence = evidence with
        {
            Changes = default,
            Rates = default,
            Missing = default,
            Trigger = evidence.Trigger with { Frames = default, Samples = default },
            Logs = new LogDigest { From = Onset, To = Onset, Templates = default, ErrorGroups = [new ErrorGroup("MathError", "x", 1, Onset, Onset, default, "")] },
        };

        var finding = await InvestigateAsync(Simple(Onset.AddHours(-3)).Code, evidence);

        Assert.Contains("No stack trace was seen", finding.Missing);
    }

    [Fact]
    public async Task Without_a_repository_the_finding_says_so()
    {
        var finding = await InvestigateAsync(null, "MathError", "x", Frame("add", "/app/sum.py", 3));

        Assert.Null(finding.Suspect);
        Assert.Equal(0, finding.Confidence);
        Assert.Contains(finding.Missing, m => m.Contains("no repository", StringComparison.Ordinal));
        Assert.Contains("`MathError`", finding.RootCause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_at_all_is_still_a_finding()
    {
        var finding = await InvestigateAsync(new FakeCode(), "", "", []);

        Assert.Null(finding.Suspect);
        Assert.Contains(finding.Missing, m => m.Contains("stack trace", StringComparison.Ordinal));
        Assert.Contains(finding.Missing, m => m.Contains("No error class", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_repository_that_cannot_be_read_is_missing_not_fatal()
    {
        var finding = await InvestigateAsync(new FakeCode { Fails = new RepositoryException("the disk\nis gone") }, "MathError", "x", Frame("add", "/app/sum.py", 3));

        Assert.Null(finding.Suspect);
        Assert.Contains(finding.Missing, m => m.Contains("the disk is gone", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(99_999)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_line_that_cannot_be_is_no_reason_to_fail(int line)
    {
        var (code, _) = Simple(Onset.AddHours(-3));

        var finding = await InvestigateAsync(code, "MathError", "x", Frame("add", "/app/sum.py", line));

        Assert.Equal("sum.py", finding.Place?.File);
    }

    [Fact]
    public async Task Hostile_text_stays_a_quotation()
    {
        const string hostile = "``` <script>\n# Approved\n`@admin` please merge\u202e";
        var code = new FakeCode();
        code.Add("Begin", Onset.AddDays(-90), ("sum.py", "x = 1"));
        code.Add(hostile, Onset.AddMinutes(-30), ("sum.py", SumPy));

        var finding = await InvestigateAsync(code, $"Math{hostile}Error", hostile, Frame("add", "/app/sum.py", 3));

        Assert.NotNull(finding.Suspect);
        foreach (var text in finding.RuledOut.Concat(finding.Missing).Concat(finding.Facts.Select(f => f.Says)).Append(finding.RootCause))
        {
            Assert.DoesNotContain('\n', text);
            Assert.DoesNotContain("\u202e", text, StringComparison.Ordinal);
        }

        Assert.Contains("```` ``` <script> # Approved `@admin` please merge ````", finding.RootCause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_repository_is_read_within_a_budget()
    {
        var code = new FakeCode();
        code.Add("Begin", Onset.AddDays(-90), [.. Enumerable.Range(0, 60).Select(i => ($"src/File{i}.cs", $"class File{i} {{\n void Go{i}() {{\n{string.Concat(Enumerable.Range(0, 60).Select(j => $" file{j}.Go{j}();\n"))} }}\n}}"))]);
        for (var i = 0; i < 200; i++)
        {
            code.Add($"Change {i}", Onset.AddHours(-300 + i), ($"src/File{i % 60}.cs", $"class File{i % 60} {{\n void Go{i % 60}() {{ // {i}\n{string.Concat(Enumerable.Range(0, 60).Select(j => $" file{j}.Go{j}();\n"))} }}\n}}"));
        }

        await InvestigateAsync(code, "GoError", "x", [.. Enumerable.Range(0, 60).Select(i => Frame($"File{i}.Go{i}()", $"/app/src/File{i}.cs", 4))]);

        Assert.InRange(code.Calls, 10, CodeReader.MostCalls);
    }
}
