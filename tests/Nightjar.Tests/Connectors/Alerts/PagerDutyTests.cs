using Nightjar.Connectors.Alerts;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Connectors.Alerts;

public sealed class PagerDutyTests
{
    [Fact]
    public async Task A_signed_event_is_taken_and_a_resolved_one_ends_it()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.PagerDuty);
        Assert.Equal(AlertVerdict.Taken, (await lab.SignedAsync(Event("e1", "incident.triggered", "20:50:00"))).Verdict);
        var signal = Assert.Single(lab.Signals);
        Assert.Equal(("shop", "Checkout is slow", Severity.Critical), (signal.Service.Value, signal.Source, signal.Severity));
        Assert.Equal(AlertVerdict.Taken, (await lab.SignedAsync(Event("e2", "incident.acknowledged", "20:51:00"))).Verdict);
        Assert.True((await lab.StandingAsync("Checkout is slow"))?.IsFiring);
        await lab.SignedAsync(Event("e3", "incident.resolved", "20:55:00"));
        Assert.Equal(new AlertStanding(false, new DateTimeOffset(2026, 5, 19, 20, 55, 0, TimeSpan.Zero)), await lab.StandingAsync("Checkout is slow"));
    }

    [Theory]
    [InlineData("v1=00")]
    [InlineData("")]
    [InlineData("v0=1d6207f8818f063890758a32d3833914754ba788cb2993b04ac8eb064fef0fcd")]
    public async Task A_bad_signature_is_refused(string signature)
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.PagerDuty);
        Assert.Equal(AlertVerdict.Unauthenticated, (await lab.SignedAsync(Event("e1", "incident.triggered", "20:50:00"), signature)).Verdict);
        Assert.Empty(lab.Signals);
    }

    [Fact]
    public async Task A_replayed_event_is_refused_also_after_a_restart_and_so_is_an_old_one()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.PagerDuty);
        var body = Event("e1", "incident.triggered", "20:50:00");
        await lab.SignedAsync(body);
        Assert.Equal(AlertVerdict.Replayed, (await lab.SignedAsync(body)).Verdict);
        await lab.RestartAsync(AlertKind.PagerDuty);
        Assert.Equal(AlertVerdict.Replayed, (await lab.SignedAsync(body)).Verdict);
        Assert.Single(lab.Signals);

        lab.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(AlertVerdict.Replayed, (await lab.SignedAsync(Event("e9", "incident.triggered", "20:50:00"))).Verdict);
    }

    [Fact]
    public async Task Events_that_come_in_the_wrong_order_do_not_bring_an_ended_alert_back()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.PagerDuty);
        await lab.SignedAsync(Event("e2", "incident.resolved", "20:55:00"));
        await lab.SignedAsync(Event("e1", "incident.triggered", "20:50:00"));
        Assert.Empty(lab.Signals);
        Assert.False((await lab.StandingAsync("Checkout is slow"))?.IsFiring);

        await lab.SignedAsync(Event("e3", "incident.reopened", "20:58:00"));
        Assert.True((await lab.StandingAsync("Checkout is slow"))?.IsFiring);
    }

    [Fact]
    public async Task A_test_event_and_one_of_another_kind_are_taken_and_change_nothing()
    {
        await using var lab = await AlertLab.StartAsync(AlertKind.PagerDuty);
        Assert.Equal(AlertVerdict.Taken, (await lab.SignedAsync("""{"event":{"id":"p1","event_type":"pagey.ping","occurred_at":"2026-05-19T20:50:00Z","data":{"message":"Hello"}}}""")).Verdict);
        Assert.Equal(AlertVerdict.Malformed, (await lab.SignedAsync("""{"messages":[]}""")).Verdict);
        Assert.Empty(lab.Signals);
    }

    private static string Event(string id, string type, string at) => $$$"""
        {"event":{"id":"{{{id}}}","event_type":"{{{type}}}","resource_type":"incident","occurred_at":"2026-05-19T{{{at}}}.000Z","agent":null,"client":{"name":"PagerDuty"},
        "data":{"id":"PT4KHLK","type":"incident","number":1234,"status":"triggered","incident_key":"baf7","title":"Checkout is slow","service":{"id":"PIJ90N7","summary":"shop-svc","type":"service_reference"},"urgency":"high"} } }
        """;
}
