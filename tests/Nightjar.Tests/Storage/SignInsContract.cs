using Nightjar.Core.Policy;

namespace Nightjar.Tests.Storage;

public abstract class SignInsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_link_works_once_and_a_session_outlives_a_restart()
    {
        await Store.SignIns.CreateLinkAsync("link", Hostile, Clock.Now + Minute, Token);
        Assert.Equal(Kept(Hostile), await Store.SignIns.UseLinkAsync("link", Clock.Now, Token));
        Assert.Null(await Store.SignIns.UseLinkAsync("link", Clock.Now, Token));

        await Store.SignIns.CreateSessionAsync("session", "kim", Clock.Now, Clock.Now.AddHours(1), Token);
        await ReopenAsync();
        Assert.Equal(new SignedIn("kim", Clock.Now, Clock.Now.AddHours(1)), await Store.SignIns.FindSessionAsync("session", Clock.Now, Token));
    }

    [Fact]
    public async Task Of_many_who_use_a_link_at_once_one_gets_in()
    {
        await Store.SignIns.CreateLinkAsync("link", "kim", Clock.Now + Minute, Token);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.SignIns.UseLinkAsync("link", Clock.Now, Token), Token)));
        Assert.Single(answers, answer => answer is not null);
    }

    [Fact]
    public async Task Links_and_sessions_end_at_their_time()
    {
        await Store.SignIns.CreateLinkAsync("late", "kim", Clock.Now + Minute, Token);
        await Store.SignIns.CreateSessionAsync("session", "kim", Clock.Now, Clock.Now + Minute, Token);
        Assert.NotNull(await Store.SignIns.FindSessionAsync("session", Clock.Now + (Minute / 2), Token));
        Assert.Null(await Store.SignIns.FindSessionAsync("session", Clock.Now + Minute, Token));
        Assert.Null(await Store.SignIns.UseLinkAsync("late", Clock.Now + Minute, Token));
    }

    [Fact]
    public async Task A_session_moves_on_when_it_is_made_again_and_is_over_when_it_is_revoked()
    {
        await Store.SignIns.CreateSessionAsync("session", "kim", Clock.Now, Clock.Now + Minute, Token);
        await Store.SignIns.CreateSessionAsync("session", "kim", Clock.Now, Clock.Now + (2 * Minute), Token);
        Assert.NotNull(await Store.SignIns.FindSessionAsync("session", Clock.Now + Minute, Token));

        await Store.SignIns.CreateSessionAsync("other", "kim", Clock.Now, Clock.Now + Minute, Token);
        await Store.SignIns.RevokeAsync("session", Token);
        Assert.Null(await Store.SignIns.FindSessionAsync("session", Clock.Now, Token));
        Assert.NotNull(await Store.SignIns.FindSessionAsync("other", Clock.Now, Token));
        Assert.Null(await Store.SignIns.FindSessionAsync(Hostile, Clock.Now, Token));
    }
}
