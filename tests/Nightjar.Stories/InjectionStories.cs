using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Stories;

/// <summary>The whole daemon, told everything that the corpus holds: nothing that it does, opens or says changes its shape.</summary>
public partial class InjectionStories
{
    private const int Batch = 15;

    private static readonly string[] Sections = ["Trigger", "Investigation", "Proposed fix", "Incident report"];

    private static readonly string[] Marks = ["<!-- nightjar:investigation -->", "<!-- /nightjar:investigation -->", "<!-- nightjar:fix -->", "<!-- /nightjar:fix -->", "<!-- nightjar:report -->", "<!-- /nightjar:report -->"];

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, (InjectionCorpus.All("x").Length + Batch - 1) / Batch)];

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task A_hostile_service_gets_its_fix_like_any_other(int number)
    {
        await using var world = await World.StartAsync();
        var canary = Path.Combine(world.Options.Folder, "canary");
        var all = InjectionCorpus.All(canary);
        await world.Code.ImportAsync(History(world, all));
        ImmutableArray<string> batch = [.. all.Skip(number * Batch).Take(Batch)];
        var signal = Hostile(world, World.Shop, batch);
        world.Logs.Digest = Digest(signal, batch);
        await world.SeeAsync(signal);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.Equal(world.Code.Culprit, incident.Finding?.Suspect?.Sha);
        var request = Assert.Single(await world.RequestsAsync());
        Assert.Matches("^incident/[0-9a-f]{8}$", request.Branch);
        Assert.Matches(@"^docs/incidents/2026-05-19-[0-9a-f]{8}\.md$", incident.Change?.ReportPath);
        Assert.Equal([$"incident-fp:{incident.Fingerprint.Hash}", "incident:active", "incident:fix-proposed"], request.Labels.Order(StringComparer.Ordinal));

        await world.MergeAsync(1);
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Merged), (incident.State, incident.Outcome));

        Assert.False(File.Exists(canary), "a string was executed");
        var report = await world.Code.ReadAsync("main", incident.Change?.ReportPath ?? "");
        var comments = (await world.Store.Requests.CommentsAsync(1, default)).Select(c => c.Markdown).ToList();
        var messages = await world.Code.MessagesAsync($"{request.BaseBranch}~1..{request.BaseBranch}");
        HoldsNoSecret([request.Title, request.Body, report, .. comments, .. messages, await File.ReadAllTextAsync(Path.Combine(world.Options.Folder, "state", "incidents.jsonl")), .. await SaidAsync(world)]);
        IsIntact(request.Body);
        Assert.Equal(0, Headings(report, 2).Count(h => h.Contains("mallory", StringComparison.Ordinal)));
        HasNoPower(report);
        comments.ForEach(HasNoPower);
        Assert.All(messages.Append(request.Title).Append(incident.Title), m => Assert.DoesNotContain(m, c => (char.IsControl(c) && c != '\n') || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069'));
        Assert.Empty(world.Options.Log.Errors);
    }

    [Fact]
    public async Task Each_string_as_an_error_of_its_own_is_asked_about_like_any_other()
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-story-").FullName;
        var canary = Path.Combine(folder, "canary");
        var all = InjectionCorpus.All(canary);
        await using var world = await World.StartAsync(new WorldOptions { Folder = folder, Others = [.. all.Select((_, i) => new Service { Name = new ServiceName($"s{i}") })] });
        for (var i = 0; i < all.Length; i++)
        {
            var signal = Hostile(world, new ServiceName($"s{i}"), [all[i]]) with { Source = all[i], Workload = all[i] };
            world.Logs.Digest = Digest(signal, [all[i]]);
            await world.SeeAsync(signal);
        }

        var incidents = (await world.Store.Incidents.ListAsync(new IncidentQuery { Limit = 1_000 }, default)).ToList();
        Assert.Equal(all.Length, incidents.Count);
        Assert.Empty(await world.RequestsAsync());
        Assert.False(File.Exists(canary), "a string was executed");
        foreach (var incident in incidents)
        {
            Assert.Equal(IncidentState.NeedsHuman, incident.State);
            Assert.Matches("^[0-9a-f]{8}$", incident.Fingerprint.Hash);
            Assert.DoesNotContain(incident.Title, c => char.IsControl(c) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
            HasNoPower(incident.Change?.Report ?? "");
            HoldsNoSecret([incident.Title, incident.Why, incident.Question?.Text ?? "", incident.Change?.Report ?? ""]);
        }

        HoldsNoSecret(await SaidAsync(world));
        Assert.Empty(world.Options.Log.Errors);
    }

    [Theory]
    [InlineData("<b>bold</b>")]
    [InlineData("<script>\nalert(1)\n</script>")]
    [InlineData("[click](https://evil.example)")]
    [InlineData("![x](https://nightjar.example/p.png)")]
    [InlineData("<https://evil.example>")]
    [InlineData("https://evil.example/x")]
    [InlineData("thanks @mallory")]
    public void The_eyes_of_these_stories_see_what_acts(string markdown)
    {
        Assert.ThrowsAny<Exception>(() => HasNoPower(markdown));
        HasNoPower(Core.Proposal.Quoting.Block(markdown));
    }

    [Fact]
    public void The_eyes_of_these_stories_see_a_forged_section()
    {
        var body = string.Join("\n\n", Sections.Select((name, i) => i == 0 ? $"## {name}" : $"{Marks[(i * 2) - 2]}\n## {name}\n{Marks[(i * 2) - 1]}"));
        IsIntact(body);
        Assert.ThrowsAny<Exception>(() => IsIntact($"{body}\n\n## Proposed fix"));
        Assert.ThrowsAny<Exception>(() => IsIntact($"{Marks[2]}{body}"));
        Assert.ThrowsAny<Exception>(() => HoldsNoSecret([$"x{InjectionCorpus.Secret}"]));
    }

    private static Signal Hostile(World world, ServiceName service, ImmutableArray<string> texts) => Seen.StockGoesNegative(world.Clock.GetUtcNow()) with
    {
        Service = service,
        ErrorClass = texts[0],
        Message = string.Join('\n', texts),
        Frames = [new StackFrame("Shop.Inventory.Reserve", "/app/src/Inventory.cs", 10, IsOwnCode: true), .. texts.Select(t => new StackFrame(t, t, 3, IsOwnCode: true))],
        Samples = texts,
    };

    private static LogDigest Digest(Signal signal, ImmutableArray<string> texts) => Seen.DigestOf(signal) with
    {
        ErrorGroups = [.. texts.Select(t => new ErrorGroup(t, t, 40, signal.At.AddSeconds(-20), signal.At, signal.Frames, t))],
        Templates = [.. texts.Select((t, i) => new LogTemplate($"t{i}", t, t, 40, signal.At.AddSeconds(-20), signal.At, TemplateTrend.New, t))],
    };

    /// <summary>A commit for each string, with it as message, file name and file, and a branch where git takes it as a name.</summary>
    private static string History(World world, ImmutableArray<string> texts)
    {
        var stream = new StringBuilder();
        var at = world.Clock.GetUtcNow().AddMinutes(-30).ToUnixTimeSeconds();
        for (var i = 0; i < texts.Length; i++)
        {
            var (text, from) = (texts[i], i == 0 ? "from refs/heads/main^0\n" : "");
            var name = Regex.Replace(text, "[\"\\\\/\0]", "_");
            name = Regex.Replace(name[..Math.Min(name.Length, 60)], @"\p{Cs}|\n|\r", "_");
            stream.Append(CultureInfo.InvariantCulture, $"commit refs/heads/main\ncommitter {Person(text)} <eve@example.com> {at + i} +0000\ndata {Encoding.UTF8.GetByteCount(text)}\n{text}\n{from}M 100644 inline \"src/{i}-{name}.cs\"\ndata {Encoding.UTF8.GetByteCount(text)}\n{text}\n\n");
            // Git itself cannot push to a branch when there is another one of its full name: that one is left out.
            if (!text.StartsWith("refs/", StringComparison.Ordinal) && BranchName().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("@{", StringComparison.Ordinal) && text != "@" && text.Length < 200)
            {
                stream.Append(CultureInfo.InvariantCulture, $"reset refs/heads/{text}\nfrom refs/heads/main\n\n");
            }
        }

        return stream.ToString();
    }

    private static string Person(string text) => Regex.Replace(text[..Math.Min(text.Length, 40)], "[<>\0\n\\p{Cs}]", "_");

    private static async Task<IEnumerable<string>> SaidAsync(World world)
    {
        var journal = new List<JournalEntry>();
        for (IReadOnlyList<JournalEntry> page = []; journal.Count == 0 || page.Count > 0; journal.AddRange(page))
        {
            page = await world.Store.Journal.ReadAsync(null, journal.Count == 0 ? 0 : journal[^1].Sequence, 1_000, default);
        }

        return journal.SelectMany(e => new[] { e.Why, e.Data ?? "" }).Concat(world.Told.All.SelectMany(a => new[] { a.Title, a.Text })).Concat((await world.Store.Pages.StandingAsync(null, default)).SelectMany(p => new[] { p.Wish.Title, p.Wish.Text, p.Wish.Key }));
    }

    private static void HoldsNoSecret(IEnumerable<string> texts) => Assert.All(texts, t => Assert.DoesNotContain(InjectionCorpus.Secret[4..20], t, StringComparison.Ordinal));

    /// <summary>Its sections and their marks, once each and in order; nothing in it acts.</summary>
    private static void IsIntact(string body)
    {
        Assert.Equal(Marks, MarkOfOurs().Matches(body).Select(m => m.Value));
        Assert.Equal(Sections, Headings(body, 2));
        Assert.Empty(Headings(body, 1));
        HasNoPower(body);
    }

    /// <summary>No markup but our own marks, no link that leads away, no image, nobody called.</summary>
    private static void HasNoPower(string markdown)
    {
        var document = Markdown.Parse(markdown, new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().Build());
        Assert.All(document.Descendants<HtmlBlock>(), h => Assert.Matches(MarkOfOurs(), h.Lines.ToString()));
        Assert.All(document.Descendants<HtmlInline>(), h => Assert.Matches(MarkOfOurs(), h.Tag));
        Assert.All(document.Descendants<LinkInline>(), l => Assert.False(l.IsImage || l.Url?.Contains("evil", StringComparison.Ordinal) == true, $"a link to {l.Url}"));
        Assert.Empty(document.Descendants<AutolinkInline>());
        Assert.All(document.Descendants<LiteralInline>(), l => Assert.DoesNotMatch("@(mallory|acme)", l.Content.ToString()));
    }

    private static List<string> Headings(string markdown, int level) =>
        [.. Markdown.Parse(markdown).Descendants<HeadingBlock>().Where(h => h.Level == level).Select(h => string.Concat(h.Inline?.Descendants<LiteralInline>().Select(l => l.Content.ToString()) ?? []))];

    [GeneratedRegex("<!-- /?nightjar:[a-z]+ -->")]
    private static partial Regex MarkOfOurs();

    [GeneratedRegex(@"\A[^\s~^:?*\[\\\x00-\x1f\x7f/.][^\s~^:?*\[\\\x00-\x1f\x7f]*(?<![/.])\z")]
    private static partial Regex BranchName();
}
