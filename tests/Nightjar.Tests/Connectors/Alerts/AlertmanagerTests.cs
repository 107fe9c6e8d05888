using System.Text.Json;
using Nightjar.Connectors.Alerts;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Connectors.Alerts;

public sealed class AlertmanagerTests
{
    private static readonly DateTimeOffset Began = new(2026, 5, 19, 20, 55, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_alert_that_fires_is_a_signal_of_the_service_its_label_names()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        Assert.Equal(AlertVerdict.Taken, (await lab.SendAsync(Group("firing", [One("firing", "HighErrorRate", "shop")]))).Verdict);
        var signal = Assert.Single(lab.Signals);
        Assert.Equal((SignalKind.Alert, "shop", "HighErrorRate", "too many errors", Severity.Critical, Began), (signal.Kind, signal.Service.Value, signal.Source, signal.Message, signal.Severity, signal.At));
        Assert.Equal("shop|alert:HighErrorRate", Fingerprint.Subject(signal, FingerprintStrategy.Evidence));
    }

    [Fact]
    public async Task A_repeat_tells_of_the_same_moment()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        await lab.SendAsync(Group("firing", [One("firing", "HighErrorRate", "shop")]));
        lab.Clock.Advance(TimeSpan.FromHours(4));
        Assert.Equal(AlertVerdict.Taken, (await lab.SendAsync(Group("firing", [One("firing", "HighErrorRate", "shop")]))).Verdict);
        Assert.Equal([Began, Began], lab.Signals.Select(s => s.At));
    }

    [Fact]
    public async Task It_fires_until_its_last_instance_is_resolved_and_over_a_restart()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        await lab.SendAsync(Group("firing", [One("firing", "DiskFull", "shop", "a"), One("firing", "DiskFull", "shop", "b")]));
        await lab.SendAsync(Group("firing", [One("resolved", "DiskFull", "shop", "a"), One("firing", "DiskFull", "shop", "b")]));
        Assert.Equal(new AlertStanding(true, Began), await lab.StandingAsync("DiskFull"));

        await lab.RestartAsync(AlertKind.Alertmanager);
        Assert.Equal(new AlertStanding(true, Began), await lab.StandingAsync("DiskFull"));
        await lab.SendAsync(Group("resolved", [One("resolved", "DiskFull", "shop", "b")]));
        Assert.Equal(new AlertStanding(false, Began.AddMinutes(4)), await lab.StandingAsync("DiskFull"));
        Assert.Null(await lab.StandingAsync("DiskEmpty"));
    }

    [Fact]
    public async Task A_label_s_value_may_be_the_service_s_other_name_and_the_next_label_is_asked()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        await lab.SendAsync("""{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A","service":"unheard-of","job":"shop-svc"}}]}""");
        Assert.Equal("shop", Assert.Single(lab.Signals).Service.Value);
    }

    [Fact]
    public async Task An_alert_of_an_unknown_service_opens_nothing_but_is_told_journaled_and_counted()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        var reply = await lab.SendAsync(Group("firing", [One("firing", "HighErrorRate", "billing"), One("firing", "HighErrorRate", "shop")]));
        Assert.Equal((AlertVerdict.Taken, "1 alerts taken, 1 about services that nobody looks after, 0 left out"), (reply.Verdict, reply.Says));
        Assert.Equal("shop", Assert.Single(lab.Signals).Service.Value);
        Assert.Contains("1 about services that nobody looks after (billing)", lab.Room.Health.Says, StringComparison.Ordinal);
        await lab.SendAsync(Group("firing", [One("firing", "HighErrorRate", "billing")]));
        Assert.Single(await lab.Store.Journal.ReadAsync(null, 0, 100, default), e => e.Act == "unknown-service" && e.Why.Contains("billing", StringComparison.Ordinal));
        Assert.Contains("2 about services", lab.Room.Health.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_other_alerts_may_have_a_service_of_their_own()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager, r => r with { Otherwise = "platform" });
        await lab.SendAsync(Group("firing", [One("firing", "HighErrorRate", "billing")]));
        Assert.Equal("platform", Assert.Single(lab.Signals).Service.Value);
    }

    [Fact]
    public async Task A_group_that_is_too_large_is_cut_and_what_was_left_out_is_counted()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        var reply = await lab.SendAsync(Group("firing", [.. Enumerable.Range(0, 600).Select(i => One("firing", "A", "shop", $"{i}"))], truncated: 7));
        Assert.Equal(500, lab.Signals.Count);
        Assert.EndsWith("107 left out", reply.Says, StringComparison.Ordinal);
        Assert.Contains("107 left out of too large groups", lab.Room.Health.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"version\":\"3\",\"alerts\":[]}", "version 4")]
    [InlineData("{\"version\":\"4\"}", "no list of alerts")]
    [InlineData("{\"version\":\"4\",\"alerts\":[{\"status\":\"maybe\"}]}", "neither firing nor resolved")]
    [InlineData("{\"version\":\"4\",\"alerts\":[7]}", "neither firing nor resolved")]
    public async Task A_malformed_body_is_refused_with_its_fault(string body, string why)
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        var reply = await lab.SendAsync(body);
        Assert.Equal(AlertVerdict.Malformed, reply.Verdict);
        Assert.Contains(why, reply.Says, StringComparison.Ordinal);
        Assert.Empty(lab.Signals);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer a key of the testz")]
    [InlineData("Bearer ")]
    [InlineData("Basic OmEga2V5IG9mIHRoZSB0ZXN0cw==")]
    public async Task A_wrong_secret_is_refused_before_the_body_is_read(string? authorization)
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Alertmanager);
        var reply = await lab.SendAsync("not even JSON", authorization);
        Assert.Equal(AlertVerdict.Unauthenticated, reply.Verdict);
        Assert.DoesNotContain("a key", reply.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grafana_s_form_with_basic_authentication_is_understood()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Grafana, r => r with { User = "grafana" });
        var basic = Convert.ToBase64String("grafana:a key of the tests"u8);
        var reply = await lab.SendAsync("""{"receiver":"n","status":"firing","orgId":1,"version":"1","title":"[FIRING:1]","state":"alerting","truncatedAlerts":0,"alerts":[{"status":"firing","labels":{"alertname":"High memory","service":"shop"},"annotations":{"description":"memory is full"},"startsAt":"2026-05-19T20:55:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"c6eadffa33fcdf37","valueString":"[]"}]}""", $"Basic {basic}");
        Assert.Equal(AlertVerdict.Taken, reply.Verdict);
        Assert.Equal(("High memory", "memory is full"), (lab.Signals.Single().Source, lab.Signals.Single().Message));
    }

    [Fact]
    public async Task The_plain_form_needs_no_more_than_a_name_and_a_service()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Json);
        Assert.Equal(AlertVerdict.Taken, (await lab.SendAsync("""{"alert":"QueueIsFull","service":"shop","message":"9,000 wait"}""")).Verdict);
        Assert.Equal(("QueueIsFull", lab.Clock.Now), (lab.Signals.Single().Source, lab.Signals.Single().At));
        lab.Clock.Advance(TimeSpan.FromMinutes(3));
        await lab.SendAsync("""{"alert":"QueueIsFull","service":"shop","status":"resolved"}""");
        Assert.Equal(new AlertStanding(false, lab.Clock.Now), await lab.StandingAsync("QueueIsFull"));
        Assert.Equal(AlertVerdict.Malformed, (await lab.SendAsync("""{"service":"shop"}""")).Verdict);
    }

    [Fact]
    public async Task A_clock_that_runs_ahead_makes_no_alert_of_the_future()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.Json);
        await lab.SendAsync("""{"alert":"A","service":"shop","at":"2031-01-01T00:00:00Z"}""");
        Assert.Equal(lab.Clock.Now, lab.Signals.Single().At);
    }

    private static object One(string status, string name, string service, string instance = "a") => new
    {
        status,
        labels = new Dictionary<string, string> { ["alertname"] = name, ["service"] = service, ["severity"] = "critical", ["instance"] = instance },
        annotations = new { summary = "too many errors" },
        startsAt = "2026-05-19T20:55:00.000Z",
        endsAt = status == "firing" ? "0001-01-01T00:00:00Z" : "2026-05-19T20:59:00.000Z",
        generatorURL = "http://prometheus/graph",
        fingerprint = $"{name}-{instance}",
    };

    private static string Group(string status, object[] alerts, int truncated = 0) =>
        JsonSerializer.Serialize(new { version = "4", groupKey = "{}:{}", truncatedAlerts = truncated, status, receiver = "nightjar", groupLabels = new { }, commonLabels = new { }, commonAnnotations = new { }, externalURL = "http://alertmanager", alerts });
}
