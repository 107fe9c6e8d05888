using Nightjar.Configuration;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Configuration;

/// <summary>How people are told, as the configuration says it.</summary>
public sealed class AnnounceConfigurationTests
{
    [Fact]
    public void One_file_may_be_given_alone_as_it_always_could()
    {
        var announce = Assert.Single(Yaml.Options($"{Yaml.OneService}announce: {{file: logs/critical_alerts.log, severity: warning}}\n").Announce);
        Assert.EndsWith("logs/critical_alerts.log", announce.File, StringComparison.Ordinal);
        Assert.Equal(Severity.Warning, announce.Severity);
    }

    [Fact]
    public void Several_ways_have_a_severity_each()
    {
        var options = Yaml.Options($"{Yaml.OneService}mail: {{host: m}}\nannounce:\n  - file: a.log\n  - {{email: [ann@example.org, bob@example.org], severity: warning}}\n  - {{webhook: \"https://hooks.example.org/x\", key: 0123456789, severity: info}}\n");
        Assert.Equal([Severity.Critical, Severity.Warning, Severity.Info], options.Announce.Select(a => a.Severity));
        Assert.Equal(["ann@example.org", "bob@example.org"], options.Announce[1].Email);
        Assert.DoesNotContain("0123456789", EffectiveConfiguration.Write(Yaml.Read($"{Yaml.OneService}announce: {{webhook: \"https://hooks.example.org/x\", key: 0123456789}}\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{severity: info}", "announce: needs one of file, email and webhook")]
    [InlineData("[{file: a.log, email: ann@example.org}]", "announce[0]: needs one of file, email and webhook")]
    [InlineData("[{file: a.log}, {email: ann@example.org}]", "announce[1]: is an email, but there is no mail.host")]
    [InlineData("{webhook: \"https://h.example.org/\"}", "announce: is a webhook, and needs a key or keyFile")]
    [InlineData("{webhook: \"http://h.example.org/\", key: abc}", "announce.webhook: would send in clear text")]
    [InlineData("{file: a.log, key: abc}", "announce: has a key, which only a webhook uses")]
    [InlineData("{file: a.log, severity: fatal}", "announce.severity: fatal is none of info, warning, critical")]
    [InlineData("true", "announce")]
    [InlineData("[]", "announce")]
    [InlineData("{fiel: a.log}", "fiel")]
    public void What_cannot_be_told_is_named(string announce, string fault) =>
        Assert.Contains(Yaml.Faults($"{Yaml.OneService}announce: {announce}\n"), f => f.Contains(fault, StringComparison.Ordinal));
}
