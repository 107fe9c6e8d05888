using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Healing;

public sealed class HandsTests
{
    private static readonly WorkloadStanding Unknown = new(null, "the engine does not answer", DateTimeOffset.UnixEpoch, null, 0);

    private static readonly WorkloadStanding Down = Unknown with { IsWell = false, Says = "exited" };

    [Fact]
    public async Task Who_can_tell_how_a_workload_is_counts_before_who_cannot_look()
    {
        Assert.Equal(Down, await LookAsync(Unknown, null, Down));
        Assert.Equal(Down, await LookAsync(Down, Unknown));
        Assert.Equal(Unknown, await LookAsync(null, Unknown));
        Assert.Null(await LookAsync(null, null));
    }

    private static Task<WorkloadStanding?> LookAsync(params WorkloadStanding?[] said) =>
        new Hands([], said.Select(s => new Eye(s))).LookAsync(new ServiceName("shop"), "container/web", CancellationToken.None);

    private sealed class Eye(WorkloadStanding? says) : IWorkloads
    {
        public Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken) => Task.FromResult(says);
    }
}
