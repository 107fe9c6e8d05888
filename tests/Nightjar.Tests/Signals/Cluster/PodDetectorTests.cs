using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Tests.Signals.Cluster;

public sealed class PodDetectorTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("CrashLoopBackOff", "crash-loop")]
    [InlineData("ImagePullBackOff", "image-pull")]
    [InlineData("ErrImagePull", "image-pull")]
    [InlineData("ErrImageNeverPull", "image-pull")]
    [InlineData("InvalidImageName", "image-pull")]
    [InlineData("CreateContainerConfigError", "container-config")]
    [InlineData("CreateContainerError", "container-start")]
    [InlineData("RunContainerError", "container-start")]
    public void A_container_that_cannot_run_is_trouble_at_once_with_the_clusters_own_words(string reason, string condition)
    {
        var pod = PodOf(new Container { Name = "app", Now = new ContainerStanding(ContainerPhase.Waiting, reason, "said by kubelet") });

        var trouble = Assert.Single(Detect(pod));

        Assert.Equal(condition, trouble.Condition);
        Assert.Contains($"({reason})", trouble.Says, StringComparison.Ordinal);
        Assert.Equal(["said by kubelet"], trouble.Quotes);
    }

    [Theory]
    [InlineData("ContainerCreating")]
    [InlineData("PodInitializing")]
    public void A_pod_that_is_being_made_is_given_time(string reason)
    {
        var pod = PodOf(new Container { Name = "app", Now = new ContainerStanding(ContainerPhase.Waiting, reason, "") }) with { Phase = "Pending", Node = "node1" };

        Assert.Empty(Detect(pod, Now + TimeSpan.FromSeconds(119)));
        Assert.Equal("stuck-creating", Assert.Single(Detect(pod, Now + TimeSpan.FromSeconds(121))).Condition);
    }

    [Fact]
    public void Memory_over_the_limit_is_told_from_any_other_end()
    {
        var killed = new ContainerStanding(ContainerPhase.Ended, "OOMKilled", "") { ExitCode = 137, EndedAt = Now };
        var limits = ImmutableDictionary<string, string>.Empty.Add("memory", "64Mi");

        foreach (var container in new[]
        {
            new Container { Name = "app", Limits = limits, Now = killed },
            new Container { Name = "app", Limits = limits, Now = new ContainerStanding(ContainerPhase.Waiting, "CrashLoopBackOff", ""), Before = killed },
            new Container { Name = "app", Limits = limits, Now = new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = Now }, Before = killed, Restarts = 1 },
        })
        {
            var trouble = Assert.Single(Detect(PodOf(container)));
            Assert.Equal("oom-killed", trouble.Condition);
            Assert.Contains("limit of 64Mi", trouble.Says, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_exit_that_was_followed_by_a_long_good_run_is_history()
    {
        var before = new ContainerStanding(ContainerPhase.Ended, "Error", "") { ExitCode = 1, EndedAt = Now };
        var pod = PodOf(new Container { Name = "app", IsReady = true, Restarts = 3, Before = before, Now = new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = Now } });

        Assert.Contains("ended with exit code 1 and was started again (3 times so far)", Assert.Single(Detect(pod)).Says, StringComparison.Ordinal);
        Assert.Empty(Detect(pod, Now + TimeSpan.FromMinutes(11)));
    }

    [Fact]
    public void Not_ready_is_trouble_when_the_probe_had_its_time()
    {
        var probe = new ContainerProbe("http", "8081", "/ready", DelaySeconds: 5, PeriodSeconds: 10, TimeoutSeconds: 1, Failures: 3);
        var pod = PodOf(new Container { Name = "app", Readiness = probe, Now = new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = Now } });

        Assert.Empty(Detect(pod, Now + TimeSpan.FromSeconds(65)));
        var trouble = Assert.Single(Detect(pod, Now + TimeSpan.FromSeconds(66)));
        Assert.Equal("not-ready", trouble.Condition);
        Assert.Contains("its probe (http 8081 /ready) fails", trouble.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_without_a_node_says_what_the_scheduler_says()
    {
        var pod = PodOf(new Container { Name = "app" }) with { Phase = "Pending", Conditions = [new ObjectCondition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available: 1 Insufficient cpu.", Now)] };

        Assert.Empty(Detect(pod, Now + TimeSpan.FromSeconds(30)));
        var trouble = Assert.Single(Detect(pod, Now + TimeSpan.FromSeconds(31)));
        Assert.Equal(("unschedulable", "0/1 nodes are available: 1 Insufficient cpu."), (trouble.Condition, trouble.Quotes.Single()));
    }

    [Fact]
    public void What_ended_well_or_belongs_to_a_job_that_tries_again_is_no_trouble()
    {
        var done = new Container { Name = "app", Now = new ContainerStanding(ContainerPhase.Ended, "Completed", "") { ExitCode = 0 } };
        var failed = new Container { Name = "app", Now = new ContainerStanding(ContainerPhase.Ended, "Error", "") { ExitCode = 1, EndedAt = Now } };

        Assert.Empty(Detect(PodOf(done) with { Phase = "Succeeded" }));
        Assert.Empty(Detect(PodOf(failed, owner: "Job") with { Phase = "Failed", RestartPolicy = "Never" }));
        Assert.Equal("container-exited", Assert.Single(Detect(PodOf(failed) with { Phase = "Failed", RestartPolicy = "Never" })).Condition);
        Assert.Equal("evicted", Assert.Single(Detect(PodOf(failed) with { Phase = "Failed", Reason = "Evicted", Message = "The node was low on resource: memory." })).Condition);
    }

    [Fact]
    public void A_pod_that_does_not_go_is_trouble_after_minutes()
    {
        var pod = PodOf(new Container { Name = "app" });
        pod = pod with { Meta = pod.Meta with { DeletedAt = Now } };

        Assert.Empty(Detect(pod, Now + TimeSpan.FromMinutes(5)));
        Assert.Equal("stuck-terminating", Assert.Single(Detect(pod, Now + TimeSpan.FromMinutes(6))).Condition);
    }

    [Fact]
    public void Of_several_containers_the_one_that_fails_is_named()
    {
        var pod = PodOf(
            new Container { Name = "init", IsInit = true, Now = new ContainerStanding(ContainerPhase.Waiting, "CrashLoopBackOff", ""), Before = new ContainerStanding(ContainerPhase.Ended, "Error", "") { ExitCode = 2 } },
            new Container { Name = "app", Now = new ContainerStanding(ContainerPhase.Waiting, "PodInitializing", "") });

        Assert.Equal("pod api-1 init container init ends again and again, and is started ever later (CrashLoopBackOff); the last time it ended with exit code 2", Assert.Single(Detect(pod)).Says);
    }

    private static IEnumerable<ClusterTrouble> Detect(Pod pod, DateTimeOffset? at = null) => PodDetector.Detect(pod, new ClusterPatience(), at ?? Now);

    private static Pod PodOf(params Container[] containers) => PodOf(containers, "ReplicaSet");

    private static Pod PodOf(Container container, string owner) => PodOf([container], owner);

    private static Pod PodOf(Container[] containers, string owner) => new()
    {
        Meta = new ObjectMeta { Ref = new ObjectRef("Pod", "shop", "api-1"), CreatedAt = Now, Owner = new ObjectRef(owner, "shop", "api") },
        Phase = "Running",
        Containers = [.. containers],
    };
}
