using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;
using Nightjar.Tests.Web.Fakes;

namespace Nightjar.Tests.Web;

public sealed partial class PagesTests
{
    private const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'; rm -rf / #\n../../etc/passwd [x](javascript:alert(1)) ![y](http://evil.example/y.png) </pre></textarea> &lt;b&gt; {{7*7}} {onclick=alert(1)}";

    private static readonly string[] Everything = ["/", "/closed", "/incidents/12", "/incidents/11", "/incidents/8", "/incidents/4", "/incidents/12/pulse?seen=", "/board?seen=", "/requests", "/requests/3", "/requests/2", "/requests/3/pulse?seen=", "/services", "/containers", "/silences", "/silences?service=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&hash=%22%3E%3Cimg%20src=x%3E"];

    [Fact]
    public async Task Every_page_has_a_strict_policy_and_nothing_that_it_would_refuse()
    {
        await using var web = await WebApp.StartFilledAsync();
        Reported(web, "# Report\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |");
        using var browser = await web.SignedInAsync();
        foreach (var path in Everything)
        {
            await AssertInertAsync(browser, path);
        }
    }

    [Fact]
    public async Task Words_of_the_outside_world_stay_words_in_every_field()
    {
        await using var web = await WebApp.StartFilledAsync();
        Poison(web);
        using var browser = await web.SignedInAsync(Hostile);
        foreach (var path in Everything)
        {
            var page = await AssertInertAsync(browser, path);
            Assert.DoesNotContain("evil.example/y.png", string.Join(' ', page.QuerySelectorAll("[src]").Select(e => e.GetAttribute("src"))), StringComparison.Ordinal);
        }

        var incident = await browser.PageAsync("/incidents/12");
        Assert.Contains("<script>alert(1)</script>", incident.QuerySelector("h1")?.TextContent, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", incident.QuerySelector(".statement")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_told_not_to_be_kept_and_assets_to_be()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        using var page = await browser.Client.GetAsync("/");
        Assert.True(page.Headers.CacheControl?.NoStore);
        var sheet = WebBrowser.Parse(await page.Content.ReadAsStringAsync()).QuerySelector("link[rel=stylesheet]")?.GetAttribute("href");
        using var asset = await browser.Client.GetAsync(sheet);
        Assert.Equal(TimeSpan.FromDays(365), asset.Headers.CacheControl?.MaxAge);
    }

    [Fact]
    public async Task What_needs_a_person_stands_on_top_worst_first()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/");
        var first = page.QuerySelectorAll(".group")[0];
        Assert.Contains("Needs a person", first.QuerySelector("h2")?.TextContent, StringComparison.Ordinal);
        Assert.Equal(["#12", "#11", "#7"], first.QuerySelectorAll(".no").Select(n => n.TextContent));
        Assert.StartsWith("(3) ", page.Title, StringComparison.Ordinal);
        Assert.Contains("12,486", first.QuerySelector(".signals")?.TextContent, StringComparison.Ordinal);
        Assert.Contains("Held back until #12 ends", page.Body?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_does_not_say_that_all_is_well_while_a_watcher_is_blind()
    {
        await using var web = await WebApp.StartAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/");
        Assert.Contains("not everything is watched", page.QuerySelector(".empty")?.TextContent, StringComparison.Ordinal);
        Assert.Contains("not permitted to read /var/log/ledger.log", page.QuerySelector(".unwell")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_part_that_did_not_change_is_not_sent_again()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        foreach (var path in new[] { "/", "/incidents/12", "/requests/3" })
        {
            var url = (await browser.PageAsync(path)).QuerySelector("#pulse")?.GetAttribute("hx-get");
            using var same = await browser.Client.GetAsync(url);
            Assert.Equal(HttpStatusCode.NoContent, same.StatusCode);
        }
    }

    [Fact]
    public async Task Only_the_part_that_changed_is_sent_again()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var url = (await browser.PageAsync("/incidents/12")).QuerySelector("#pulse")?.GetAttribute("hx-get");
        web.Store.Note(new IncidentId(12), web.Clock.Now, "ada", "note", "something new");
        var parts = WebBrowser.Parse(await browser.Client.GetStringAsync(url));
        Assert.Equal(["timeline"], parts.QuerySelectorAll("[hx-swap-oob]").Select(e => e.Id));
        Assert.Contains("Something new", parts.QuerySelector("#timeline")?.TextContent, StringComparison.Ordinal);
        using var then = await browser.Client.GetAsync(parts.QuerySelector("#pulse")?.GetAttribute("hx-get"));
        Assert.Equal(HttpStatusCode.NoContent, then.StatusCode);
    }

    [Fact]
    public async Task An_effect_is_one_line_of_the_timeline_from_intent_to_end()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/incidents/12");
        var request = page.QuerySelectorAll("#timeline li").Single(li => li.TextContent.Contains("Opened draft request 3", StringComparison.Ordinal));
        Assert.Contains("took 0.7 s", request.TextContent, StringComparison.Ordinal);
        Assert.Contains("under way", page.QuerySelectorAll("#timeline li").Last().TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_again_for_the_same_kind_of_thing_is_one_line()
    {
        await using var web = await WebApp.StartFilledAsync();
        foreach (var seen in new[] { 62, 71, 88 })
        {
            web.Store.Note(new IncidentId(10), web.Clock.Now, "verify", "wait", $"more traffic: {seen} of 100 requests");
        }

        using var browser = await web.SignedInAsync();
        var row = Assert.Single((await browser.PageAsync("/incidents/10")).QuerySelectorAll("#timeline li"));
        Assert.Contains("Waits for more traffic: 88 of 100 requests", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("3 times", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_look_says_what_is_wrong_what_was_done_and_what_is_asked()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/incidents/12");
        Assert.Contains("23 %", page.QuerySelector("#glance .big")?.TextContent, StringComparison.Ordinal);
        Assert.Contains("Cause found, 87 % sure", page.QuerySelector("#glance .deeds")?.TextContent, StringComparison.Ordinal);
        Assert.Contains("A fix waits for your review", page.QuerySelector("#ask h2")?.TextContent, StringComparison.Ordinal);
        Assert.Contains("no commit explains it", (await browser.PageAsync("/incidents/11")).QuerySelector("#glance .deeds")?.TextContent, StringComparison.Ordinal);
        var held = await browser.PageAsync("/incidents/8");
        Assert.Equal("/incidents/12", held.QuerySelector("#status .chips a")?.GetAttribute("href"));
        Assert.Contains("Nothing is asked of you", held.QuerySelector("#ask")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_lead_to_the_quotes_they_rest_on()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/incidents/12");
        Assert.Equal("#E2", page.QuerySelector(".prose a")?.GetAttribute("href"));
        Assert.Contains("ReadAsync(sku)", page.GetElementById("E2")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_gets_a_page_that_says_so()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        foreach (var path in new[] { "/incidents/999", "/requests/999", "/nope", "/incidents/999/pulse" })
        {
            using var answer = await browser.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("<h1>No such", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static async Task<IHtmlDocument> AssertInertAsync(WebBrowser browser, string path)
    {
        using var answer = await browser.Client.GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var page = WebBrowser.Parse(html);
        Assert.All(page.Scripts, script => Assert.True(script.Source?.StartsWith("/assets/", StringComparison.Ordinal) == true && script.TextContent.Length == 0, $"{path}: {script.OuterHtml}"));
        Assert.Empty(page.QuerySelectorAll("style, iframe, object, embed, base"));
        Assert.All(page.All.SelectMany(e => e.Attributes, (e, a) => (Element: e, a.Name, a.Value)), x =>
        {
            Assert.False(x.Name is "style" or "srcdoc" || x.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase), $"{path}: {x.Name} on {x.Element.OuterHtml}");
            Assert.False(x.Name is "href" or "src" or "action" or "formaction" && Scheme().Match(x.Value) is { Success: true } m && m.Value is not ("http:" or "https:" or "mailto:"), $"{path}: {x.Value}");
        });
        return page;
    }

    private static void Reported(WebApp web, string report)
    {
        var index = web.Store.Incidents.FindIndex(i => i.Id.Value == 12);
        web.Store.Incidents[index] = web.Store.Incidents[index] with { Change = web.Store.Incidents[index].Change is { } change ? change with { Report = report } : null };
    }

    private static void Poison(WebApp web)
    {
        var at = web.Clock.Now.AddMinutes(-3);
        var index = web.Store.Incidents.FindIndex(i => i.Id.Value == 12);
        var frames = ImmutableArray.Create(new StackFrame(Hostile, Hostile, 3, true));
        var signal = new Signal { Kind = SignalKind.LogTrigger, Service = new(Hostile), At = at, ErrorClass = Hostile, Message = Hostile, Frames = frames, Workload = Hostile, Source = Hostile, Samples = [Hostile] };
        var finding = new Finding
        {
            By = Hostile,
            RootCause = Hostile,
            Details = Hostile,
            Place = new CodePlace(Hostile, 1, Hostile),
            Suspect = new SuspectCommit(Hostile, Hostile, at, Hostile),
            Confidence = 0.5,
            Facts = [new ConfidenceFact(Hostile, Hostile, -1)],
            Evidence = [new Quote(Hostile, Hostile, Hostile)],
            RuledOut = [Hostile],
            Missing = [Hostile],
            ContributingFactors = [Hostile],
        };
        web.Store.Incidents[index] = web.Store.Incidents[index] with
        {
            Service = new(Hostile),
            Title = Hostile,
            State = IncidentState.NeedsHuman,
            Waiting = Hostile,
            AcknowledgedBy = Hostile,
            Question = new Question(Hostile, IncidentState.Proposing, at),
            Trigger = signal,
            Finding = finding,
            Fingerprints = [new OwnedFingerprint(new Fingerprint(Hostile, FingerprintStrategy.Class, 1), Hostile, Hostile, Hostile, at, Hostile), new OwnedFingerprint(new Fingerprint("b", FingerprintStrategy.Class, 1), Hostile, Hostile, null, at, Hostile)],
            Links = [new Link(new IncidentId(4), Hostile)],
            Phases = [new PhaseTime(Hostile, TimeSpan.FromSeconds(1))],
            Request = new ReviewRequest("elsewhere", 3, "javascript:alert(1)", Hostile, Hostile, at) { MergedAt = at, MergedBy = Hostile },
            Change = new ProposedChange(Hostile, Hostile, Hostile, Hostile, Hostile, new CheckResult(false, 1, TimeSpan.Zero, Hostile, Hostile), Hostile) { Tried = [Hostile], Report = Hostile, Risk = Hostile, Tests = Hostile },
            Verification = new Verification { RunningSince = at, KnownBy = Hostile },
        };
        web.Store.Folds.Add(new Fold(new IncidentId(12), Hostile, SignalKind.Alert, 1, at, at, [Hostile]));
        web.Store.Note(new IncidentId(12), at, Hostile, Hostile, Hostile, JournalStep.Failed, Hostile);
        web.Store.Evidence.Add((new IncidentId(12), Hostile, new EvidenceBundle
        {
            Service = new(Hostile),
            TakenAt = at,
            Onset = at,
            Trigger = signal,
            Logs = new LogDigest { From = at, To = at, Templates = [new LogTemplate(Hostile, Hostile, Hostile, 1, at, at, TemplateTrend.New, Hostile)], ErrorGroups = [new ErrorGroup(Hostile, Hostile, 1, at, at, frames, Hostile), new ErrorGroup(Hostile, Hostile, 1, at, at, [], Hostile)] },
            Changes = [new Change(ChangeKind.Commit, Hostile, at, Hostile, Hostile)],
            Missing = [Hostile],
        }));
        web.Store.Pause = new Pause(Hostile, Hostile, at);
        web.Store.Silences.Add(new Silence(9, Hostile, Hostile, at.AddHours(9), Hostile, Hostile, at));
        web.Store.Held.Add(new HeldBack(Hostile, Hostile, Hostile, 1, at, at));
        web.Store.Cooling[Hostile] = at.AddHours(9);
        web.Host.Requests[0] = web.Host.Requests[0] with { Title = Hostile, Body = $"## Trigger\n\n{Hostile}\n\n<iframe src=x></iframe>\n\n[z]: javascript:alert(1)\n[z]\n<javascript:alert(1)>", Branch = Hostile, BaseBranch = Hostile, Labels = [Hostile], ClosedBy = Hostile, Service = new(Hostile), ClosedAt = at };
        web.Host.Comments.Add((3, new RequestComment(Hostile, Hostile, Hostile, at)));
        web.Host.Commits = [new CommitFacts(Hostile, Hostile, at, Hostile, [])];
        web.Host.Diff = $"diff --git a/x b/{Hostile.ReplaceLineEndings(" ")}\n@@ -1 +1 @@ {Hostile}\n-{Hostile.ReplaceLineEndings(" ")}\n+{Hostile}";
    }

    [GeneratedRegex("^\\s*[a-zA-Z][a-zA-Z0-9+.-]*:")]
    private static partial Regex Scheme();
}
