using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Stories.Healing;

/// <summary>An agent that wants to mend something on the spot, in a pod of a cluster.</summary>
public sealed class HotFixStories
{
    [Fact]
    public async Task In_autonomous_it_is_run_at_once_and_the_finding_says_that_it_will_not_last()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        await using var world = await StartAsync(lab);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(1, Ran(lab));
        Assert.Contains("ran nginx in pod web-bbb-1, container app, exit code 0", Assert.Single(incident.Finding?.ContributingFactors ?? []), StringComparison.Ordinal);
        Assert.Contains("This will not outlive the pod", incident.Finding?.ContributingFactors[0], StringComparison.Ordinal);
        Assert.Contains("This will not outlive the pod", (await world.RequestsAsync())[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_approve_a_person_is_asked_when_the_cause_was_looked_for_and_only_a_yes_runs_it(bool isYes)
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Approve);
        await using var world = await StartAsync(lab);
        var asked = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.NeedsHuman, 0), (asked.State, Ran(lab)));
        Assert.StartsWith("Shall I run nginx -s reload in deployment/web? it hangs. It will not outlive the pod.", asked.Question?.Text, StringComparison.Ordinal);

        await world.TellAsync(isYes ? InboxKind.Approve : InboxKind.Reject, "ann", "");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(isYes ? 1 : 0, Ran(lab));
        Assert.Equal(isYes ? 1 : 0, incident.Finding?.ContributingFactors.Length);
        Assert.Equal(1, Agent(world).Times);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "hot-fix" && e.Why.Contains(isYes ? "exit code 0" : "not run: nginx -s reload: ann said no", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_answer_is_a_no()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Approve);
        await using var world = await StartAsync(lab);
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(0, Ran(lab));
        Assert.Contains(await world.JournalAsync(), e => e.Why == "not run: nginx -s reload: nobody said yes in time");
    }

    private static int Ran(ClusterLab lab) => lab.Cluster.Asked.Count(a => a.Path.EndsWith("/exec", StringComparison.Ordinal));

    private static HastyAgent Agent(World world) => (HastyAgent)world.Part<IAgent>();

    private static async Task<World> StartAsync(ClusterLab lab)
    {
        lab.Shop.Deploy();
        lab.Shop.Well();
        var change = lab.Options.Change;
        var world = await World.StartAsync(lab.Options with
        {
            Change = o => change(o) with { Healing = new HealOptions { HotFix = new HotFixOptions { Allow = ["nginx -s reload"] } } },
            Parts = (services, _) => services.AddSingleton<IAgent, HastyAgent>(),
        });
        await world.SeeAsync(ClusterLab.Sees(world, "source-down"));
        return world;
    }

    private sealed class HastyAgent(HotFixes fixes) : IAgent
    {
        public string Name => "hasty";

        public int Times { get; private set; }

        public async Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken)
        {
            Times++;
            ImmutableArray<string> command = ["nginx", "-s", "reload"];
            return new Finding { By = Name, RootCause = "it hangs", Confidence = 0.5, Details = await fixes.WantAsync(brief.Incident, brief.Service, command, "it hangs", cancellationToken) };
        }

        public Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken) => Task.FromResult(new ProposalAttempt { Why = "nothing to propose" });
    }
}
