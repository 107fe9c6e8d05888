using Nightjar.Configuration;

namespace Nightjar.Tests.Configuration;

public sealed class GitHubConfigurationTests
{
    [Fact]
    public void A_token_by_way_of_a_variable_is_used_and_never_shown()
    {
        var read = Yaml.Read($"{Yaml.OneService}github: {{token: '${{GH}}', webhookSecret: '${{HOOK}}'}}\n", ("GH", "5ecret-token"), ("HOOK", "5ecret-hook"));
        Assert.Equal(("5ecret-token", "5ecret-hook"), (read.Options?.GitHub.Token, read.Options?.GitHub.WebhookSecret));
        Assert.DoesNotContain("5ecret", EffectiveConfiguration.Write(read), StringComparison.Ordinal);
        Assert.DoesNotContain("5ecret", $"{read.Options?.GitHub}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token: ghp_written", "nightjar.yaml:3:18: github.token: is written out in this file, which others read; give it as ${NAME} and set the variable")]
    [InlineData("webhookSecret: abc", "nightjar.yaml:3:26: github.webhookSecret: is written out in this file, which others read; give it as ${NAME} and set the variable")]
    [InlineData("token: '${GH}', tokenFile: x", "nightjar.yaml:3:9: github: has both token and tokenFile; give one")]
    [InlineData("api: http://ghe.example.org/api/v3", "nightjar.yaml:3:16: github.api: would carry the token in clear text; give an https URL")]
    [InlineData("api: https://a:b@ghe.example.org/", "nightjar.yaml:3:16: github.api: has more than a host and a path; give the token by token or tokenFile")]
    [InlineData("token: '${NO_SUCH}'", "nightjar.yaml:3:18: github.token: the environment has no variable NO_SUCH; set it, or give a default as in ${NO_SUCH:-default}")]
    public void A_fault_has_its_place_and_its_reason(string keys, string fault) =>
        Assert.Equal([fault], Yaml.Faults($"{Yaml.OneService}github: {{ {keys} }}\n", ("GH", "t")));

    [Theory]
    [InlineData("github: a", "nightjar.yaml:3:41: services[0].repository.github: a is not owner/name")]
    [InlineData("github: ../x", "nightjar.yaml:3:41: services[0].repository.github: ../x is not owner/name")]
    [InlineData("github: a/b", "nightjar.yaml:3:41: services[0].repository.github: is not used: there is no github.token and no github.tokenFile")]
    public void A_repository_of_GitHub_needs_its_name_and_a_token(string key, string fault) =>
        Assert.Equal([fault], Yaml.Faults($"{Yaml.OneService}    repository: {{path: 'g:a/b', {key}}}\n"));
}
