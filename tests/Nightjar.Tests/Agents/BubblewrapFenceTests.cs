using Nightjar.Agents.Fence;
using Nightjar.Testing;

namespace Nightjar.Tests.Agents;

public sealed class BubblewrapFenceTests : FenceContract
{
    protected override IFence Fence { get; } = new BubblewrapFence(TimeProvider.System);

    [Fact]
    public async Task A_missing_program_is_told_with_what_to_install()
    {
        var state = await new BubblewrapFence(TimeProvider.System, "/no/such/bwrap").ProbeAsync(CancellationToken.None);

        Assert.False(state.IsUsable);
        Assert.Contains("install the package bubblewrap", state.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.", "unprivileged_userns_clone")]
    [InlineData("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "apparmor_restrict_unprivileged_userns")]
    [InlineData("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths=unconfined")]
    [InlineData("bwrap: something new", "something new")]
    public void A_refusal_says_what_to_do(string output, string expected) =>
        Assert.Contains(expected, BubblewrapRefusal.Explain(new FencedRun(1, false, TimeSpan.Zero, output)), StringComparison.Ordinal);
}
