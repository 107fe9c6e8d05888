using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Evidence.Kubectl;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Diagnosis;

/// <summary>What kubectl 1.20 and current versions print, with their differences in columns, probes and events.</summary>
public sealed class KubectlOutputTests
{
    private const string OldPod = """
        Name:         web-5d4f8-x2v9k
        Namespace:    shop
        Priority:     0
        Node:         node1/172.17.0.1
        Start Time:   Sun, 29 Nov 2026 15:50:00 +0000
        Labels:       app=web
                      pod-template-hash=5d4f8
        Annotations:  <none>
        Status:       Running
        IP:           172.17.0.3
        Controlled By:  ReplicaSet/web-5d4f8
        Containers:
          app:
            Container ID:  docker://1a2b
            Image:         shop/web:2
            Port:          8080/TCP
            Host Port:     0/TCP
            State:          Waiting
              Reason:       CrashLoopBackOff
            Last State:     Terminated
              Reason:       OOMKilled
              Exit Code:    137
              Started:      Sun, 29 Nov 2026 15:54:00 +0000
              Finished:     Sun, 29 Nov 2026 15:54:03 +0000
            Ready:          False
            Restart Count:  5
            Limits:
              memory:  16Mi
            Requests:
              memory:     16Mi
            Readiness:    http-get http://:8080/health delay=5s timeout=1s period=10s #success=1 #failure=3
            Environment:
              CART_ADDR:    cart:7070
              DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false
            Mounts:
              /data from data (rw)
              /var/run/secrets/kubernetes.io/serviceaccount from default-token-abcde (ro)
        Conditions:
          Type              Status
          Initialized       True
          Ready             False
        Volumes:
          data:
            Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
            ClaimName:  data
            ReadOnly:   false
        QoS Class:       Burstable
        Node-Selectors:  disk=ssd
        Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
        Events:
          Type     Reason     Age                  From               Message
          ----     ------     ----                 ----               -------
          Normal   Scheduled  5m                   default-scheduler  Successfully assigned shop/web-5d4f8-x2v9k to node1
          Warning  BackOff    15s (x12 over 4m1s)  kubelet            Back-off restarting failed container
        """;

    private const string NewNode = """
        Name:               worker-01
        Roles:              <none>
        Labels:             kubernetes.io/hostname=worker-01
        CreationTimestamp:  Mon, 11 Aug 2025 15:49:09 +0800
        Taints:             dedicated=gpu:NoSchedule
                            node.kubernetes.io/unschedulable:NoSchedule
        Unschedulable:      true
        Conditions:
          Type                 Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message
          ----                 ------  -----------------                 ------------------                ------                       -------
          Ready                Unknown   Fri, 14 Nov 2025 22:34:10 +0800   Fri, 14 Nov 2025 22:34:57 +0800   NodeStatusUnknown   Kubelet stopped posting node status.
        Allocatable:
          cpu:                8
          memory:             15671348Ki
        """;

    [Fact]
    public void A_pod_is_read_with_its_state_settings_and_events_at_their_times()
    {
        var snapshot = Read(("describe", OldPod));

        var pod = Assert.Single(snapshot.Pods);
        var container = Assert.Single(pod.Containers);
        Assert.Equal((new ObjectRef("Pod", "shop", "web-5d4f8-x2v9k"), "node1", "ReplicaSet", "ssd"), (pod.Meta.Ref, pod.Node, pod.Meta.Owner?.Kind, pod.NodeSelector["disk"]));
        Assert.Equal(("OOMKilled", 137, 5, "16Mi", "CrashLoopBackOff"), (container.Before?.Reason, container.Before?.ExitCode, container.Restarts, container.Limits["memory"], container.Now?.Reason));
        Assert.Equal(new ContainerProbe("http", "8080", "/health", 5, 10, 1, 3), container.Readiness);
        Assert.Equal(["/data"], container.Mounts);
        Assert.Equal(["CART_ADDR"], container.Addresses.Keys);
        Assert.Contains(new ObjectRef("PersistentVolumeClaim", "shop", "data"), pod.Needs);
        Assert.Equal(new DateTimeOffset(2026, 11, 29, 15, 55, 0, TimeSpan.Zero), snapshot.TakenAt);
        var repeated = Assert.Single(snapshot.Events, e => e.Reason == "BackOff");
        Assert.Equal((12, snapshot.TakenAt.AddSeconds(-15), snapshot.TakenAt.AddSeconds(-241)), (repeated.Count, repeated.Last, repeated.First));
        Assert.Equal(new ObjectRef("Deployment", "shop", "web"), snapshot.TopOwner(pod.Meta));
    }

    [Fact]
    public void A_node_is_read_with_taints_and_conditions()
    {
        var node = Assert.Single(Read(("describe nodes", NewNode)).Nodes);

        Assert.True(node.IsCordoned);
        Assert.Equal([new Taint("dedicated", "gpu", "NoSchedule"), new Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")], node.Taints);
        Assert.Equal("Kubelet stopped posting node status.", Assert.Single(node.Conditions).Message);
    }

    [Theory]
    [InlineData("NAME              READY   STATUS             RESTARTS   AGE\nweb-5d4f8-x2v9k   0/1     CrashLoopBackOff   5          5m\n")]
    [InlineData("NAMESPACE   NAME                          READY   STATUS             RESTARTS      AGE     IP           NODE    NOMINATED NODE   READINESS GATES\nshop        web-5d4f8-x2v9k               0/1     CrashLoopBackOff   5 (10s ago)   5m12s   172.17.0.3   node1   <none>           <none>\n")]
    public void A_list_of_pods_is_read_whatever_its_columns(string table)
    {
        var pod = Assert.Single(Read(("get pods", table)).Pods);

        Assert.Equal(("web-5d4f8-x2v9k", "shop", "CrashLoopBackOff", 5), (pod.Meta.Name, pod.Meta.Namespace, pod.Containers[0].Now?.Reason, pod.Containers[0].Restarts));
    }

    [Fact]
    public void What_was_described_says_more_than_what_was_listed_and_a_log_is_that_of_the_pod_it_names()
    {
        var snapshot = Read(("describe", OldPod), ("get pods", "NAME              READY   STATUS    RESTARTS   AGE\nweb-5d4f8-x2v9k   1/1     Running   0          5m\n"), ("logs/web-5d4f8-x2v9k-previous.log", "starting\nout of memory password=hunter2hunter2"));

        Assert.Equal("OOMKilled", Assert.Single(snapshot.Pods).Containers[0].Before?.Reason);
        var log = Assert.Single(snapshot.Logs);
        Assert.True(log.IsBefore);
        Assert.DoesNotContain(log.Lines, l => l.Text.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void The_cause_comes_of_the_text_alone_and_what_was_not_given_is_said()
    {
        var snapshot = Read(("1.txt", OldPod));
        var ranking = DiagnosisEngine.Rank(new EvidenceBundle
        {
            Service = new ServiceName("shop"), TakenAt = snapshot.TakenAt, Onset = snapshot.TakenAt, Cluster = snapshot,
            Trigger = new Signal { Kind = SignalKind.Finding, Service = new ServiceName("shop"), At = snapshot.TakenAt },
        });

        Assert.Equal("memory-limit-exceeded", ranking.Causes[0].Cause);
        Assert.Contains("no nodes in what was given", ranking.Missing);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Name:")]
    [InlineData("Name: \u0000\n  : :\n\t\tEvents:\n   Warning")]
    [InlineData("Nombre:   web\nEspacio:  tienda")]
    [InlineData("NAME   READY\n\n")]
    [InlineData("Name: web\nNamespace: shop\nContainers:\n  app:\n    Image:")]
    public void What_is_no_output_of_kubectl_hides_nothing_and_breaks_nothing(string odd) =>
        Assert.Contains(Read(("odd", odd), ("describe", OldPod)).Pods, p => p.Meta.Name == "web-5d4f8-x2v9k");

    private static ClusterSnapshot Read(params (string Name, string Text)[] outputs) => KubectlOutput.Read(outputs.ToDictionary(o => o.Name, o => o.Text), "shop", Shop.Now);
}
