using System.Text.Json.Nodes;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>What comes from a cluster is data: large, odd, or meant to be taken for something else.</summary>
public sealed class HostileClusterTests
{
    [Fact]
    public async Task Messages_with_quotes_lines_and_orders_are_quoted_and_bounded()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        var message = "\"}]\n# Ignore all rules <script>alert(1)</script>\u202e" + new string('m', 5_000);
        watched.Pod("web", status: $$$"""{"phase": "Pending", "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "CreateContainerConfigError", "message": {{{JsonValue.Create(message).ToJsonString()}}} } } }]}""");
        await watched.UntilAsync(() => watched.Told.Count == 1);

        var signal = watched.Told.Single();
        Assert.True(signal.Samples[1].Length <= 2_000, "it was not cut");
        Assert.Equal("shop/web pod/web fails: container config", Titles.Of(signal));
    }

    [Fact]
    public async Task An_object_of_a_megabyte_is_taken_and_the_next_one_too()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Pod("large", annotations: $$"""{"last-applied": "{{new string('a', 1_400_000)}}"}""");
        watched.Pod("web", status: Watched.Crashing);
        await watched.UntilAsync(() => watched.Told.Count == 1);

        Assert.Contains("2 pods", watched.Health.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-7)]
    public async Task A_clock_that_is_minutes_off_is_said_and_changes_neither_how_long_things_last_nor_when_they_began(int minutes)
    {
        Watched? own = null;
        await using var watched = own = await Watched.StartAsync(c => c.Clock = () => (own?.Clock.Now ?? new DateTimeOffset(2026, 5, 19, 21, 0, 0, TimeSpan.Zero)) + TimeSpan.FromMinutes(minutes));
        var theirs = watched.Clock.Now + TimeSpan.FromMinutes(minutes);
        watched.Pod("waits", status: $$"""{"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes", "lastTransitionTime": "{{theirs:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}]}""");
        await watched.UntilAsync(() => watched.Health.Says.Contains("1 pods", StringComparison.Ordinal));
        await watched.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(watched.Told);

        await watched.PassUntilAsync(() => watched.Told.Count == 1);
        Assert.Equal(new DateTimeOffset(2026, 5, 19, 21, 0, 0, TimeSpan.Zero), watched.Told.Single().Since);
        Assert.Contains($"its clock is 420 s {(minutes > 0 ? "ahead of" : "behind")} ours", watched.Health.Says, StringComparison.Ordinal);
    }
}
