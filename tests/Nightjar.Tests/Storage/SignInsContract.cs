using Nightjar.Core.Policy;
using Xunit;

namespace Nightjar.Tests.Storage;

public abstract class SignInsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_link_opens_one_session_that_outlives_a_restart()
    {
        var link = await Store.SignIns.IssueLinkAsync(Hostile, Minute, Token);
        var signedIn = await Store.SignIns.RedeemAsync(link, TimeSpan.FromHours(1), Token);
        await ReopenAsync();

        Assert.NotNull(signedIn);
        Assert.Equal(new Session(signedIn.Session.Id, Kept(Hostile), Clock.Now, Clock.Now.AddHours(1)), await Store.SignIns.FindAsync(signedIn.Token, Token));
        Assert.Null(await Store.SignIns.RedeemAsync(link, Minute, Token));
        Assert.Equal([signedIn.Session], await Store.SignIns.SessionsAsync(Token));
    }

    [Fact]
    public async Task Of_many_who_use_a_link_at_once_one_gets_in()
    {
        var link = await Store.SignIns.IssueLinkAsync("kim", Minute, Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.SignIns.RedeemAsync(link, Minute, Token), Token)));

        Assert.Single(answers, answer => answer is not null);
        Assert.Single(await Store.SignIns.SessionsAsync(Token));
    }

    [Fact]
    public async Task Links_and_sessions_end_at_their_time()
    {
        var late = await Store.SignIns.IssueLinkAsync("kim", Minute, Token);
        var used = await Store.SignIns.RedeemAsync(await Store.SignIns.IssueLinkAsync("kim", Minute, Token), TimeSpan.FromSeconds(30), Token);
        Assert.NotNull(used);

        Clock.Now += TimeSpan.FromSeconds(30);
        Assert.Null(await Store.SignIns.FindAsync(used.Token, Token));
        Assert.Empty(await Store.SignIns.SessionsAsync(Token));

        Clock.Now += TimeSpan.FromSeconds(30);
        Assert.Null(await Store.SignIns.RedeemAsync(late, Minute, Token));
    }

    [Fact]
    public async Task A_revoked_session_is_over_and_a_secret_is_not_guessed_from_another()
    {
        var one = await Store.SignIns.RedeemAsync(await Store.SignIns.IssueLinkAsync("kim", Minute, Token), Minute, Token);
        var two = await Store.SignIns.RedeemAsync(await Store.SignIns.IssueLinkAsync("kim", Minute, Token), Minute, Token);
        Assert.NotNull(one);
        Assert.NotNull(two);

        Assert.True(await Store.SignIns.RevokeAsync(one.Session.Id, Token));
        Assert.False(await Store.SignIns.RevokeAsync(one.Session.Id, Token));
        Assert.Null(await Store.SignIns.FindAsync(one.Token, Token));
        Assert.NotNull(await Store.SignIns.FindAsync(two.Token, Token));
        Assert.Null(await Store.SignIns.FindAsync(SignInSecret.Hash(two.Token), Token));
        Assert.Null(await Store.SignIns.FindAsync("", Token));
        Assert.Null(await Store.SignIns.RedeemAsync(Hostile, Minute, Token));
    }
}
