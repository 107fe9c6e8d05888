using System.Globalization;
using Nightjar.Connectors.GitHub;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Proposal;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.GitHub;

public sealed class GitHubCodeHostTests
{
    private static readonly DraftRequest Draft = new(new IncidentId(1), "incident/1", "main", "Title", "## Trigger\n\nx\n", ["incident-fp:1", "incident:active"]);

    [Fact]
    public async Task A_comment_is_found_by_its_key_on_whichever_page_it_is()
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.LargestPage = 2;
        var opened = await lab.Room.Host.OpenDraftAsync(lab.Shop, Draft, default);
        var pull = lab.Server.Only;
        for (var i = 0; i < 7; i++)
        {
            lab.Server.Comment(pull, "ann", string.Create(CultureInfo.InvariantCulture, $"remark {i}"));
        }

        Assert.False(await lab.Room.Host.HasCommentAsync(lab.Shop, opened.Number, "quiet", default));
        await lab.Room.Host.CommentAsync(lab.Shop, opened.Number, "quiet", "Quiet.", default);
        Assert.True(await lab.Room.Host.HasCommentAsync(lab.Shop, opened.Number, "quiet", default));
        Assert.False(await lab.Room.Host.HasCommentAsync(lab.Shop, opened.Number, "quie", default));
        await lab.Room.Host.CommentAsync(lab.Shop, opened.Number, "quiet", "Quiet still.", default);
        Assert.EndsWith("\nQuiet still.", Assert.Single(pull.Comments, c => c.Author == GitHubStandIn.Bot).Body, StringComparison.Ordinal);
        Assert.Equal(7, (await lab.Room.Host.GetAsync(lab.Shop, opened.Number, default)).Activity?.Comments);
    }

    [Fact]
    public async Task Our_mark_in_the_comment_of_another_means_nothing()
    {
        await using var lab = await GitHubLab.StartAsync();
        await lab.Room.Host.OpenDraftAsync(lab.Shop, Draft, default);
        var theirs = lab.Server.Comment(lab.Server.Only, "mallory", "<!-- nightjar:comment quiet -->\nmine");
        Assert.False(await lab.Room.Host.HasCommentAsync(lab.Shop, 1, "quiet", default));
        await lab.Room.Host.CommentAsync(lab.Shop, 1, "quiet", "Quiet.", default);
        Assert.Equal("<!-- nightjar:comment quiet -->\nmine", theirs.Body);
        Assert.Equal(2, lab.Server.Only.Comments.Count);
    }

    [Fact]
    public async Task An_open_request_is_found_by_its_branch_and_by_its_labels_on_whichever_page()
    {
        await using var lab = await GitHubLab.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            lab.Server.Add(string.Create(CultureInfo.InvariantCulture, $"feature/{i}"), "ann", "team");
        }

        await lab.Room.Host.OpenDraftAsync(lab.Shop, Draft, default);
        lab.Server.LargestPage = 2;
        Assert.Equal(6, (await lab.Room.Host.FindAsync(lab.Shop, "incident/1", default))?.Number);
        Assert.Null(await lab.Room.Host.FindAsync(lab.Shop, "incident/2", default));
        Assert.Equal(6, (await lab.Room.Host.FindByLabelsAsync(lab.Shop, Draft.Labels, default))?.Number);
        Assert.Null(await lab.Room.Host.FindByLabelsAsync(lab.Shop, ["incident-fp:2"], default));
        await lab.Server.CloseAsync(6);
        Assert.Null(await lab.Room.Host.FindAsync(lab.Shop, "incident/1", default));
        Assert.Null(await lab.Room.Host.FindByLabelsAsync(lab.Shop, Draft.Labels, default));
    }

    [Fact]
    public async Task A_request_that_is_there_already_is_the_one()
    {
        await using var lab = await GitHubLab.StartAsync();
        var first = await lab.Room.Host.OpenDraftAsync(lab.Shop, Draft, default);
        Assert.Equal(first.Number, (await lab.Room.Host.OpenDraftAsync(lab.Shop, Draft, default)).Number);
        Assert.Single(lab.Server.Pulls);
    }

    [Fact]
    public async Task Where_there_are_no_drafts_no_other_request_is_opened()
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.Fails = r => r.Method == "POST" ? new Fault(422, "Draft pull requests are not supported in this repository.") : null;
        var e = await Assert.ThrowsAsync<RepositoryException>(() => lab.Room.Host.OpenDraftAsync(lab.Shop, Draft, default));
        Assert.Contains("has no draft requests", e.Message, StringComparison.Ordinal);
        Assert.Single(lab.Server.Calls, c => c.Method == "POST");
    }

    [Fact]
    public async Task A_body_past_GitHubs_limit_is_cut_and_says_so()
    {
        await using var lab = await GitHubLab.StartAsync();
        await lab.Room.Host.OpenDraftAsync(lab.Shop, Draft with { Body = new string('x', 100_000), Title = new string('t', 500) }, default);
        Assert.True(lab.Server.Only.Body.Length <= 65_536);
        Assert.EndsWith("all of it is on the incident]\n", lab.Server.Only.Body, StringComparison.Ordinal);
        Assert.Equal(256, lab.Server.Only.Title.Length);
    }

    [Fact]
    public async Task After_a_rate_limit_nothing_is_sent_until_it_is_over()
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.Fails = _ => new Fault(429, "slow down") { Headers = { ["Retry-After"] = "120" } };
        var e = await Assert.ThrowsAsync<TryLaterException>(() => lab.Room.Host.FindAsync(lab.Shop, "incident/1", default));
        Assert.Equal(lab.Clock.GetUtcNow().AddSeconds(120), e.At);

        lab.Server.Fails = _ => null;
        await Assert.ThrowsAsync<TryLaterException>(() => lab.Room.Host.FindAsync(lab.Shop, "incident/1", default));
        Assert.Single(lab.Server.Calls);
        lab.Clock.Advance(TimeSpan.FromSeconds(121));
        Assert.Null(await lab.Room.Host.FindAsync(lab.Shop, "incident/1", default));
    }

    [Theory]
    [InlineData("99999999999", 5_400)]
    [InlineData("999999999999999", 60)]
    [InlineData("0", 60)]
    [InlineData("soon", 60)]
    public async Task A_limit_that_makes_no_sense_is_not_believed(string reset, int seconds)
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.Fails = _ => new Fault(403, "API rate limit exceeded") { Headers = { ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = reset } };
        var e = await Assert.ThrowsAsync<TryLaterException>(() => lab.Room.Host.FindAsync(lab.Shop, "incident/1", default));
        Assert.Equal(lab.Clock.GetUtcNow().AddSeconds(seconds), e.At);
    }

    [Fact]
    public async Task A_list_that_goes_on_at_another_server_is_unknown()
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.Fails = _ => new Fault(200, "") { Headers = { ["Link"] = "<https://evil.example/repos/acme/shop/pulls?page=2>; rel=\"next\"" } };
        var e = await Assert.ThrowsAsync<GitHubException>(() => lab.Room.Host.FindAsync(lab.Shop, "incident/1", default));
        Assert.Contains("goes on at another server", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so_without_the_token()
    {
        await using var lab = await GitHubLab.StartAsync(o => o with { Api = new Uri("http://127.0.0.1:1/api/v3") });
        var service = lab.Shop with { Repository = lab.Shop.Repository! with { GitHub = "acme/shop" } };
        var e = await Assert.ThrowsAsync<GitHubException>(() => lab.Room.Host.FindAsync(service, "incident/1", default));
        Assert.Equal(GitHubFault.Unreachable, e.Fault);
        Assert.DoesNotContain(GitHubStandIn.Token, e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "holds no token")]
    [InlineData("two words\n", "holds no token")]
    public async Task A_token_file_that_is_none_is_said_so(string? text, string says)
    {
        await using var lab = await GitHubLab.StartAsync(o => o with { Token = "", TokenFile = "/nonexistent/token" });
        var path = Path.Combine(lab.Folder, "token");
        if (text is not null)
        {
            await File.WriteAllTextAsync(path, text);
        }

        using var room = new GitHubRoom(new GitHubOptions { Api = lab.Server.Api, TokenFile = path }, lab.Clock);
        var e = await Assert.ThrowsAsync<RepositoryException>(() => room.Host.FindAsync(lab.Shop, "incident/1", default));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, $"{GitHubStandIn.Token}\n");
        Assert.Null(await room.Host.FindAsync(lab.Shop, "incident/1", default));
    }
}
