using Nightjar.Connectors.GitHub;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.GitHub;

public sealed class RepositoryIdTests
{
    [Theory]
    [InlineData("https://github.com/acme/shop", "acme/shop")]
    [InlineData("https://github.com/acme/shop.git", "acme/shop")]
    [InlineData("https://GitHub.com/acme/shop.js.git/", "acme/shop.js")]
    [InlineData("git@github.com:acme/shop.git", "acme/shop")]
    [InlineData("ssh://git@github.com/acme/shop.git", "acme/shop")]
    [InlineData("https://github.com/acme", null)]
    [InlineData("https://github.com/acme/shop/tree/main", null)]
    [InlineData("https://github.com/acme/..", null)]
    [InlineData("https://github.com/acme/sh%2Fop", null)]
    [InlineData("https://github.com.evil.example/acme/shop", null)]
    [InlineData("https://github.com@evil.example/acme/shop", null)]
    [InlineData("http://github.com/acme/shop", null)]
    [InlineData("https://gitlab.com/acme/shop", null)]
    [InlineData("/srv/github.com/acme/shop", null)]
    public void An_address_on_the_site_names_a_repository(string address, string? expected) =>
        Assert.Equal(expected, RepositoryId.OfAddress(address, new GitHubOptions().Site)?.ToString());

    [Fact]
    public void An_Enterprise_server_has_its_site_where_its_API_is() =>
        Assert.Equal(
            ["https://ghe.example.org/", "https://github.com/", "https://acme.ghe.com/", "http://127.0.0.1:8080/"],
            new[] { "https://ghe.example.org/api/v3", "https://api.github.com", "https://api.acme.ghe.com/", "http://127.0.0.1:8080/api/v3" }.Select(a => new GitHubOptions { Api = new Uri(a) }.Site.AbsoluteUri));

    [Theory]
    [InlineData("https://github.com/acme/shop.git", true)]
    [InlineData("https://x:y@github.com/acme/shop.git", false)]
    [InlineData("git@github.com:acme/shop.git", false)]
    [InlineData("https://gitlab.com/acme/shop.git", false)]
    public void The_token_goes_to_its_own_site_over_https_alone(string address, bool gets)
    {
        using var room = new GitHubRoom(new GitHubOptions { Token = "t" }, TimeProvider.System);
        Assert.Equal(gets, room.LoginFor(address) is not null);
    }

    [Fact]
    public void A_key_of_its_own_names_what_the_path_does_not()
    {
        using var room = new GitHubRoom(new GitHubOptions { Token = "t" }, TimeProvider.System);
        var service = new Service { Name = new ServiceName("shop"), Repository = new RepositoryLocation("git@code:shop") { GitHub = "acme/shop" } };
        Assert.True(room.Hosts(service));
        using var none = new GitHubRoom(new GitHubOptions(), TimeProvider.System);
        Assert.False(none.Hosts(service));
    }
}
