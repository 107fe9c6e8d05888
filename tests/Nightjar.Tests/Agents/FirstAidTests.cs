using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Investigation;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Agents;

/// <summary>What the built-in investigator wishes at once: a restart where memory leaks, and nothing else.</summary>
public class FirstAidTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public async Task A_leak_wishes_for_a_restart_and_says_how_memory_grew()
    {
        var wish = await WishAsync("oom-killed", [40, 80, 160]);
        Assert.Equal(("restart", "container/web"), (wish?.Action, wish?.Workload));
        Assert.Equal("its memory leaks (from 40 to 160 MiB), and a restart gives time until the leak is mended", wish?.Why);
    }

    [Theory]
    [InlineData("memory-high", new[] { 150L, 155, 160 })]
    [InlineData("memory-high", new[] { 160L })]
    [InlineData("memory-high", new long[0])]
    [InlineData("container-exited", new[] { 40L, 160 })]
    [InlineData(null, new[] { 40L, 160 })]
    public async Task Load_another_trouble_and_too_few_figures_wish_for_nothing(string? condition, long[] memory) => Assert.Null(await WishAsync(condition, memory));

    [Fact]
    public async Task What_did_not_help_is_not_wished_again() =>
        Assert.Null(await WishAsync("memory-high", [40, 160], new TriedAction("restart", "restart container/web", Case.Onset, Case.Onset, HealEnd.Ineffective, "no")));

    private static async Task<Mitigation?> WishAsync(string? condition, long[] memory, params TriedAction[] tried)
    {
        var plain = Case.Evidence("", "memory");
        var evidence = plain with
        {
            Trigger = plain.Trigger with { Kind = SignalKind.WorkloadFailure, Condition = condition, Workload = "container/web" },
            Container = new ContainerUse("web", [.. memory.Select((m, i) => new ContainerUseSlice(Case.Onset.AddMinutes(5 * i), TimeSpan.FromMinutes(5), null, m * MiB, null, 0, null))]),
            Tried = [.. tried],
        };
        return (await new BuiltInInvestigator(NullLogger<BuiltInInvestigator>.Instance).InvestigateAsync(Case.Brief(null, evidence), default)).Mitigation;
    }
}
