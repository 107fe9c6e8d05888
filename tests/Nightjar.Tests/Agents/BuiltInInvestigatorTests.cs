using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using static Nightjar.Tests.Agents.Case;

namespace Nightjar.Tests.Agents;

public sealed class BuiltInInvestigatorTests
{
    private const string Orders = """
        namespace Depot;

        public sealed class Dispatch(IShelf shelf)
        {
            public async Task SendAsync(Parcel parcel)
            {
                var taken = await shelf.TakeAsync(parcel.Item, parcel.Count);
                if (!taken)
                {
                    throw new NothingLeft(parcel.Item);
                }

                Audit(parcel);
            }

            private void Audit(Parcel parcel)
            {
                if (shelf.Level(parcel.Item) < 0)
                {
                    throw new ShelfMismatchError(parcel.Item);
                }
            }
        }
        """;

    private const string ShelfBefore = """
        public sealed class Shelf : IShelf
        {
            private readonly Dictionary<string, int> levels = [];

            public bool Take(string item, int count)
            {
                lock (levels)
                {
                    if (levels[item] < count) { return false; }
                    levels[item] -= count;
                    return true;
                }
            }

            public int Level(string item) => levels[item];
        }
        """;

    private const string ShelfAfter = """
        public sealed class Shelf(IShelfStore store) : IShelf
        {
            public async Task<bool> TakeAsync(string item, int count)
            {
                var level = await store.ReadAsync(item);
                if (level < count) { return false; }
                await store.WriteAsync(item, level - count);
                return true;
            }

            public int Level(string item) => store.Peek(item);
        }
        """;

    private static readonly StackFrame[] Mismatch =
    [
        Frame("Depot.Dispatch.Audit(Parcel parcel)", "/app/src/Dispatch.cs", 19),
        Frame("Depot.Dispatch.<SendAsync>d__1.MoveNext()", "/app/src/Dispatch.cs", 13),
    ];

    [Fact]
    public async Task A_race_in_a_called_file_is_found_among_innocent_commits()
    {
        var code = new FakeCode();
        code.Add("Begin", Onset.AddDays(-90), ("src/Dispatch.cs", Orders), ("src/Shelf.cs", ShelfBefore), ("README.md", "x"));
        for (var i = 0; i < 5; i++)
        {
            code.Add($"Innocent {i}", Onset.AddDays(-20 + i), ($"src/Page{i}.cs", $"class Page{i} {{ }}"));
        }

        code.Add("Note on dispatch", Onset.AddHours(-9), ("src/Dispatch.cs", $"// dispatch\n{Orders}"));
        var race = code.Add("Keep shelves in a store", Onset.AddHours(-3), ("src/Shelf.cs", ShelfAfter), ("src/IShelfStore.cs", "interface IShelfStore { }"));
        code.Add("Words", Onset.AddHours(-2), ("README.md", "y"));
        code.Add("Colours", Onset.AddHours(-1), ("web/site.css", "a { }"));

        var finding = await InvestigateAsync(code, "ShelfMismatchError", "level of apples is -1", [Mismatch[0] with { Line = 20 }, Mismatch[1] with { Line = 14 }]);

        Assert.Equal(race, finding.Suspect?.Sha);
        Assert.InRange(finding.Confidence, 0.7, Weights.MostConfidence);
        Assert.Equal("src/Shelf.cs", finding.Place?.File);
        Assert.Equal("TakeAsync", finding.Place?.Function);
        Assert.Equal(7, finding.Place?.Line);
        Assert.Contains("two requests at once", finding.RootCause, StringComparison.Ordinal);
        Assert.Contains(finding.Facts, f => f.Name == "blame-called");
        Assert.Contains(finding.RuledOut, r => r.Contains("Note on dispatch", StringComparison.Ordinal));
        Assert.Contains(finding.ContributingFactors, f => f.Contains("no test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Confidence_is_the_logistic_of_the_facts_that_are_listed()
    {
        var (code, _) = Simple(Onset.AddHours(-3));

        var finding = await InvestigateAsync(code, "MathError", "x", Frame("Sum", "/app/sum.py", 3));

        Assert.Equal(Weights.Confidence(finding.Facts.Sum(f => f.Weight)), finding.Confidence, 6);
    }

    [Fact]
    public async Task A_new_message_in_the_patch_is_a_strong_fact()
    {
        var (code, suspect) = Simple(Onset.AddHours(-3));
        var evidence = Evidence("MathError", "x", Frame("add", "/app/sum.py", 3));
        var without = await InvestigateAsync(code, evidence);

        var with = await InvestigateAsync(code, evidence with
        {
            Logs = new LogDigest { From = Onset, To = Onset, Templates = [new LogTemplate("T1", "overflow while adding <n>", "error", 40, Onset, Onset, TemplateTrend.New, "overflow while adding 3")] },
        });

        Assert.Equal(suspect, with.Suspect?.Sha);
        Assert.True(with.Confidence > without.Confidence);
        Assert.Contains(with.Evidence, q => q.Source.StartsWith("log template, new", StringComparison.Ordinal));
        Assert.Equal(["log template, new since the first failure", $"commit {suspect[..8]}"], SeenIn(with, "new-message"));
        Assert.All(SeenIn(with, "blame-line"), s => Assert.StartsWith("source and blame of", s, StringComparison.Ordinal));
        Assert.Empty(SeenIn(with, "prior"));
    }

    private static IEnumerable<string> SeenIn(Finding finding, string fact) =>
        finding.Facts.Single(f => f.Name == fact).Evidence.Select(id => finding.Evidence.Single(q => q.Id == id).Source);

    [Fact]
    public async Task Old_code_and_a_dependency_error_name_no_commit()
    {
        var (code, _) = Simple(Onset.AddDays(-120));

        var finding = await InvestigateAsync(code, "System.Net.Http.HttpRequestException", "Connection refused (payments:443)", Frame("add", "/app/sum.py", 3));

        Assert.Null(finding.Suspect);
        Assert.InRange(finding.Confidence, 0, 0.1);
        Assert.Contains("a dependency is likelier than a commit", finding.RootCause, StringComparison.Ordinal);
        Assert.Contains(finding.RuledOut, r => r.Contains("120 days before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fresh_commit_on_the_failing_line_is_not_blamed_for_a_dependency()
    {
        var (code, _) = Simple(Onset.AddMinutes(-30));

        var finding = await InvestigateAsync(code, "PaymentError", "gateway answered with status 503", Frame("add", "/app/sum.py", 3));

        Assert.Null(finding.Suspect);
        Assert.InRange(finding.Confidence, 0.01, 0.49);
    }

    [Fact]
    public async Task Two_suspicious_commits_make_each_other_less_sure()
    {
        var (alone, _) = Simple(Onset.AddHours(-3));
        var (both, _) = Simple(Onset.AddHours(-3));
        both.Add("Other", Onset.AddHours(-2), ("sum.py", SumPy.Replace("return total", "return total + 0", StringComparison.Ordinal)));

        var one = await InvestigateAsync(alone, "MathError", "x", Frame("add", "/app/sum.py", 3));
        var two = await InvestigateAsync(both, "MathError", "x", Frame("add", "/app/sum.py", 3));

        Assert.True(two.Confidence < one.Confidence);
        Assert.Contains(two.Facts, f => f.Name == "rival" && f.Weight < -0.3);
    }

    [Fact]
    public async Task A_commit_that_moved_blanks_is_not_blamed_for_its_size()
    {
        var (code, _) = Simple(Onset.AddDays(-200));
        code.Add("Reformat everything", Onset.AddHours(-1), ("sum.py", SumPy.Replace("    ", "        ", StringComparison.Ordinal)));

        var finding = await InvestigateAsync(code, "MathError", "x", Frame("add", "/app/sum.py", 3));

        Assert.Null(finding.Suspect);
        Assert.Contains(finding.RuledOut, r => r.Contains("blanks only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_commit_after_the_first_failure_cannot_be_the_cause()
    {
        var (code, _) = Simple(Onset.AddMinutes(30));

        var finding = await InvestigateAsync(code, "MathError", "x", Frame("add", "/app/sum.py", 3));

        Assert.Null(finding.Suspect);
        Assert.DoesNotContain(finding.RuledOut, r => r.Contains("Count", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_old_commit_counts_from_the_deployment_that_brought_it()
    {
        var (code, suspect) = Simple(Onset.AddDays(-40));
        var evidence = Evidence("MathError", "x", Frame("add", "/app/sum.py", 3));

        var before = await InvestigateAsync(code, evidence);
        var after = await InvestigateAsync(code, evidence with { Changes = [new Change(ChangeKind.Deployment, suspect[..12], Onset.AddMinutes(-10), "ci", "deploy")] });

        Assert.Null(before.Suspect);
        Assert.Equal(suspect, after.Suspect?.Sha);
        Assert.Contains(after.Facts, f => f.Name == "deployed");
    }

    [Fact]
    public async Task A_trigger_without_a_class_is_explained_by_the_errors_that_were_logged()
    {
        var (code, suspect) = Simple(Onset.AddHours(-3));
        var evidence = Evidence("", "POST /sums answered 500") with
        {
            Logs = new LogDigest { From = Onset, To = Onset, ErrorGroups = [new ErrorGroup("MathError", "too much", 12, Onset, Onset, [Frame("add", "/app/sum.py", 3)], "MathError: too much")] },
        };

        var finding = await InvestigateAsync(code, evidence);

        Assert.Equal(suspect, finding.Suspect?.Sha);
        Assert.StartsWith("`MathError` comes from `add` `sum.py:3`", finding.RootCause, StringComparison.Ordinal);
    }
}
