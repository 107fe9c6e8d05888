using Nightjar.Cli;
using Nightjar.Configuration;

namespace Nightjar.Tests.Configuration;

public sealed class GuardConfigurationTests
{
    private const string Steps = "routes:\n  - name: all\n    steps:\n      - ";

    [Fact]
    public void Keys_of_channels_are_never_shown()
    {
        var read = Yaml.Read($"{Yaml.OneService}route: all\n{Steps}{{kind: pagerduty, key: '${{PD}}'}}\n", ("PD", "5ecret-key"));
        Assert.Equal("5ecret-key", read.Options?.Routes[0].Steps[0].Key?.Reveal());
        Assert.DoesNotContain("5ecret", EffectiveConfiguration.Write(read), StringComparison.Ordinal);
        Assert.DoesNotContain("5ecret", $"{read.Options}{read.Options?.Routes[0].Steps[0]}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{kind: pagerduty}", "is pagerduty, and needs a key or keyFile")]
    [InlineData("{kind: opsgenie, url: 'https://api.eu.opsgenie.com'}", "is opsgenie, and needs a key or keyFile")]
    [InlineData("{kind: webhook, key: k}", "is webhook, and needs a url")]
    [InlineData("{kind: webhook, key: k, url: 'http://hooks.example.org'}", "would send in clear text; give an https URL")]
    [InlineData("{kind: email, to: ann@example.org}", "is an email, but there is no mail.host to hand it to")]
    [InlineData("{kind: console, key: k}", "is not used: console has no key")]
    [InlineData("{kind: pagerduty, key: k, to: ann@example.org}", "is not used: pagerduty has no to")]
    [InlineData("{kind: smoke}", "is none of console, pagerduty, opsgenie, email, webhook")]
    [InlineData("{kind: pagerduty, key: k, keyFile: /etc/hostname}", "is given beside key; give one of the two")]
    public void A_step_that_lacks_something_is_refused(string step, string fault) =>
        Assert.Contains(Yaml.Faults($"{Yaml.OneService}{Steps}{step}\n"), f => f.Contains(fault, StringComparison.Ordinal) && f.Contains("routes[0].steps[0]", StringComparison.Ordinal));

    [Theory]
    [InlineData("route: al\n", "nightjar.yaml:3:8: route: there is no route al; did you mean all?")]
    [InlineData("mail: {host: m}\n", "nightjar.yaml:3:7: mail: is not used: no route has a step of kind email")]
    [InlineData("    route: nobody\n", "services[0].route: there is no route nobody")]
    [InlineData("    lint: make lint\n", "services[0].lint: is not used: the service has no repository")]
    [InlineData("limits: {requestsPerHour: 0}\n", "limits.requestsPerHour: 0 is not between 1 and 1000")]
    [InlineData("gate: {maxLine: 5}\n", "gate: there is no key maxLine; did you mean maxLines?")]
    public void A_name_that_leads_nowhere_is_refused(string keys, string fault) =>
        Assert.Contains(Yaml.Faults($"{Yaml.OneService}{keys}{Steps}{{kind: console}}\n"), f => f.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void Two_routes_of_one_name_are_refused() =>
        Assert.Contains(Yaml.Faults($"{Yaml.OneService}{Steps}{{kind: console}}\n  - name: all\n    steps: [{{kind: console}}]\n"), f => f.Contains("routes[1].name: all is the name of another already", StringComparison.Ordinal));

    [Fact]
    public void A_password_in_clear_text_is_refused() =>
        Assert.Contains(Yaml.Faults($"{Yaml.OneService}mail: {{host: m, user: u, password: p, tls: off}}\n{Steps}{{kind: email, to: ann@example.org}}\n"), f => f.Contains("mail.tls: is off, which would send the password in clear text", StringComparison.Ordinal));

    [Fact]
    public void Check_says_which_route_leads_where_and_who_is_reached_by_nobody()
    {
        var lines = RouteCheck.Run(Yaml.Options($"{Yaml.OneService}    owners: ann\n  - name: till\nroutes:\n  - name: ann\n    steps: [{{kind: pagerduty, key: k}}, {{kind: console}}]\n  - name: bob\n    steps: [{{kind: console}}]\n")).ToList();
        Assert.Equal(["route ann: pagerduty, then console; for shop. Try it with: nightjar check --page ann", "route bob: console; for no service", "route console: pages of till reach nobody but the log"], lines.Select(l => $"{l.What}: {l.Says}"));
    }

    [Fact]
    public async Task A_test_page_goes_to_each_step_and_says_how_it_went()
    {
        var options = Yaml.Options($"{Yaml.OneService}route: all\n{Steps}{{kind: webhook, key: k, url: 'http://127.0.0.1:1/x'}}\n      - {{kind: console}}\n");
        var lines = await RouteCheck.PageAsync(options, "all", TestContext.Current.CancellationToken);
        Assert.Equal([CheckOutcome.Fail, CheckOutcome.Ok], lines.Select(l => l.Outcome));
        Assert.Contains("did you mean all?", (await RouteCheck.PageAsync(options, "al", TestContext.Current.CancellationToken))[0].Says, StringComparison.Ordinal);
    }
}
