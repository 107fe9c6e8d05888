using Nightjar.Configuration;

namespace Nightjar.Tests.Configuration;

public sealed class EffectiveConfigurationTests
{
    [Fact]
    public void What_is_in_effect_says_where_it_came_from()
    {
        var page = EffectiveConfiguration.Write(Yaml.Read("""
            mode: approve
            services:
              - name: shop
                logs: ${LOGS}/*.log
                repository: /srv/shop
                errorRate: {threshold: 0.3}
            """, ("LOGS", "/var/log")));

        Assert.Contains("mode: approve  # line 1\n", page, StringComparison.Ordinal);
        Assert.Contains("- name: shop  # line 3\n", page, StringComparison.Ordinal);
        Assert.Contains("    logs:\n      - \"/var/log/*.log\"  # line 4, from ${LOGS}\n", page, StringComparison.Ordinal);
        Assert.Contains("      path: /srv/shop  # line 5\n      base: main  # default\n", page, StringComparison.Ordinal);
        Assert.Contains("      threshold: 0.3  # line 6\n      minVolume: 100  # default\n", page, StringComparison.Ordinal);
        Assert.Contains("state: /home/ada/.local/state/nightjar  # default\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_in_effect_reads_back_as_the_same()
    {
        var first = EffectiveConfiguration.Write(Yaml.Read(Yaml.Full(), ("PING", "https://ping.example.org/")));
        var second = EffectiveConfiguration.Write(Yaml.Read(first));

        Assert.Equal(WithoutSources(first), WithoutSources(second));
    }

    [Fact]
    public void Secrets_are_masked()
    {
        var page = EffectiveConfiguration.Write(Yaml.Read("""
            heartbeat: {url: https://ping.example.org/5ecret-uuid}
            services:
              - name: shop
                repository: https://ada:5ecret@example.org/shop.git
                probes:
                  - {name: a, url: "http://localhost/?api_key=5ecret&x=1", expect: "${SHOP_TOKEN}"}
            """, ("SHOP_TOKEN", "5ecret")));

        Assert.DoesNotContain("5ecret", page, StringComparison.Ordinal);
        Assert.Contains("https://ping.example.org/***", page, StringComparison.Ordinal);
        Assert.Contains("https://***@example.org/shop.git", page, StringComparison.Ordinal);
        Assert.Contains("api_key=***&x=1", page, StringComparison.Ordinal);
        Assert.Contains("expect: \"***\"  # line 6, from ${SHOP_TOKEN}", page, StringComparison.Ordinal);
    }

    private static string WithoutSources(string page) => string.Join('\n', page.Split('\n').Select(l => l.Split("  # ")[0]));
}
