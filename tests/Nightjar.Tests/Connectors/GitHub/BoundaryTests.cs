using System.Text.Json.Nodes;
using Nightjar.Connectors.GitHub;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.GitHub;

public sealed class BoundaryTests
{
    [Theory]
    [InlineData("never", true, "our token cannot bypass that")]
    [InlineData("always", false, "is not proven")]
    [InlineData("pull_requests_only", false, "is not proven")]
    [InlineData(null, false, "is not proven")]
    public async Task A_ruleset_is_a_boundary_where_our_own_user_cannot_bypass_it(string? bypass, bool isProven, string says)
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.ReviewRule = new StandInRule(1, bypass);
        var standing = await lab.Room.CheckAsync(lab.Shop, default);
        Assert.Equal(isProven, standing.IsReviewProven);
        Assert.Contains(standing.Notes, n => n.Says.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_base_branch_without_protection_is_said_with_what_to_do()
    {
        await using var lab = await GitHubLab.StartAsync();
        var standing = await lab.Room.CheckAsync(lab.Shop, default);
        Assert.False(standing.IsReviewProven);
        var note = Assert.Single(standing.Notes, n => n.Level == GitHubLevel.Warn);
        Assert.Contains("main is not protected", note.Says, StringComparison.Ordinal);
        Assert.Contains("require a pull request with at least 1 approval", note.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_wants_no_approval_is_no_boundary()
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.ReviewRule = new StandInRule(0, "never");
        Assert.False((await lab.Room.CheckAsync(lab.Shop, default)).IsReviewProven);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Classic_protection_counts_where_it_can_be_read_and_binds_administrators(bool isAdmin, bool enforced, bool isProven)
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.UserIsAdmin = isAdmin;
        lab.Server.Protection = new JsonObject
        {
            ["required_pull_request_reviews"] = new JsonObject { ["required_approving_review_count"] = 1, ["dismiss_stale_reviews"] = false, ["require_code_owner_reviews"] = false },
            ["enforce_admins"] = new JsonObject { ["url"] = "https://x", ["enabled"] = enforced },
        };
        Assert.Equal(isProven, (await lab.Room.CheckAsync(lab.Shop, default)).IsReviewProven);
    }

    [Fact]
    public async Task A_classic_token_of_an_administrator_proves_nothing()
    {
        await using var lab = await GitHubLab.StartAsync();
        (lab.Server.UserIsAdmin, lab.Server.Scopes, lab.Server.ReviewRule) = (true, "repo, admin:org", new StandInRule(1, "never"));
        var standing = await lab.Room.CheckAsync(lab.Shop, default);
        Assert.False(standing.IsReviewProven);
        Assert.Contains(standing.Notes, n => n.Says.EndsWith("no use for: admin:org", StringComparison.Ordinal));
        Assert.Contains(standing.Notes, n => n.Says.Contains("could take the rules away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_without_rights_is_a_fault()
    {
        await using var lab = await GitHubLab.StartAsync();
        lab.Server.UserMayWrite = false;
        Assert.Contains((await lab.Room.CheckAsync(lab.Shop, default)).Notes, n => n.Level == GitHubLevel.Fail && n.Says.Contains("may not write there", StringComparison.Ordinal));

        lab.Server.Fails = _ => new Fault(401, "Bad credentials");
        var standing = await lab.Room.CheckAsync(lab.Shop, default);
        Assert.Contains("it refused our token", Assert.Single(standing.Notes).Says, StringComparison.Ordinal);
        Assert.False(standing.IsReviewProven);
    }
}
