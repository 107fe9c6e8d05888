using System.Text;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>The logs of pods, as an API server hands them on.</summary>
public sealed class PodLinesTests
{
    [Fact]
    public async Task What_runs_is_read_from_now_on_and_what_starts_later_from_its_beginning()
    {
        await using var watched = await Watched.StartAsync(c =>
        {
            c.Put("/api/v1/pods", Watched.Object("old", "shop", ("spec", Watched.Json("""{"containers": [{"name": "app"}]}""")), ("status", Watched.Json(Watched.Running))));
            c.Write("shop", "old", "app", DateTimeOffset.UnixEpoch, "long ago");
        });
        await watched.UntilAsync(() => watched.Cluster.LogReaders == 1);
        watched.Cluster.Write("shop", "old", "app", watched.Clock.Now, "now");
        watched.Cluster.Write("shop", "new", "app", watched.Clock.Now, "first words");
        watched.Pod("new");
        await watched.UntilAsync(() => watched.Health.Says.Contains("2 pods", StringComparison.Ordinal));
        await watched.PassUntilAsync(() => watched.Lines.Count >= 2);

        Assert.Equal(["shop/new: first words", "shop/old: now"], watched.Lines.Order(StringComparer.Ordinal));
        Assert.Contains("logs of 2 containers read", watched.Health.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_a_log_is_asked_again_and_no_line_comes_twice()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Pod("web");
        await watched.PassUntilAsync(() => watched.Cluster.LogReaders == 1);
        watched.Cluster.Write("shop", "web", "app", watched.Clock.Now, "one", "two");
        watched.Cluster.EndLog("shop", "web", "app");
        await watched.UntilAsync(() => watched.Lines.Count == 2);
        watched.Cluster.Write("shop", "web", "app", watched.Clock.Now, "three");
        await watched.PassUntilAsync(() => watched.Lines.Count == 3);
        await watched.PassAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["shop/web: one", "shop/web: two", "shop/web: three"], watched.Lines);
    }

    [Fact]
    public async Task Hundred_megabytes_and_bytes_that_are_no_text_pass_through_without_being_held()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Pod("web");
        await watched.PassUntilAsync(() => watched.Cluster.LogReaders == 1);
        var (before, at) = (GC.GetTotalMemory(forceFullCollection: true), watched.Clock.Now);
        var endless = Encoding.ASCII.GetBytes(new string('x', 10 * 1024 * 1024));
        for (var i = 0; i < 10; i++)
        {
            watched.Cluster.Write("shop", "web", "app", at, endless);
        }

        watched.Cluster.Write("shop", "web", "app", at, [0, 255, 254, 27, 91, 50, 74]);
        watched.Cluster.Write("shop", "web", "app", at, "after");
        await watched.UntilAsync(() => watched.Lines.Contains("shop/web: after"));

        Assert.Equal(12, watched.Longest.Count);
        Assert.Equal(64 * 1024, watched.Longest.Max());
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 40_000_000, "the lines were held");
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_is_given_up_and_the_pods_are_watched_all_the_same()
    {
        await using var watched = await Watched.StartAsync(c => c.Refuses = a => a.Path.EndsWith("/log", StringComparison.Ordinal) ? (403, "pods/log is forbidden") : null);
        watched.Pod("web");
        await watched.PassUntilAsync(() => watched.Cluster.Asked.Any(a => a.Path.EndsWith("/log", StringComparison.Ordinal)));
        await watched.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Single(watched.Cluster.Asked, a => a.Path.EndsWith("/log", StringComparison.Ordinal));
        Assert.True(watched.Health.IsWell, watched.Health.Says);
    }
}
