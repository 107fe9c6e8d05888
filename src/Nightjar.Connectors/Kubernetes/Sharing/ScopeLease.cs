using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;

namespace Nightjar.Connectors.Kubernetes.Sharing;

/// <summary>
/// The agreement of several Nightjars on who reports and acts in one scope: a Lease of <c>coordination.k8s.io/v1</c>, held and renewed
/// as Kubernetes' own parts do it. When somebody else's has lapsed is told by our own clock from when we last saw it change: clocks
/// that differ do no harm.
/// </summary>
/// <param name="space">The namespace of the lease.</param>
/// <param name="holder">Who we are: the same after a restart on the same store.</param>
/// <param name="takes">False for who may only look: it writes nothing to the cluster.</param>
internal sealed partial class ScopeLease(KubeApi api, KubernetesOptions options, string space, LeaseHolder holder, bool takes, TimeProvider clock, ILogger logger)
{
    /// <summary>How long a lease lasts that nobody renews.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks, and two renewals.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Who could not renew for so long no longer trusts its lease: sooner than the others do.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(20);

    /// <summary>For giving it back when we stop.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly string path = $"/apis/coordination.k8s.io/v1/namespaces/{space}/leases";
    private readonly string name = NameOf(options);
    private volatile Standing standing = new(LeaseState.Unknown, "has not asked for its lease yet");
    private (string Holder, string Renewed, DateTimeOffset SeenAt) other;
    private volatile TaskCompletionSource turn = New();

    /// <summary>Whether this Nightjar reports and acts now.</summary>
    public bool IsOurs => standing is var now && now.State switch { LeaseState.Held => clock.GetUtcNow() < now.Until, LeaseState.Without => true, _ => false };

    /// <summary>What there is to say of it for people; null when all is as usual.</summary>
    public string? Says => standing.Says is { Length: > 0 } says ? says : null;

    /// <summary>Ends when reporting and acting go over to us, or away.</summary>
    public Task Turn => turn.Task;

    /// <summary>One name for one scope, whatever the order in which it is written down.</summary>
    public static string NameOf(KubernetesOptions options)
    {
        var scope = string.Join('|', string.Join(',', options.Namespaces.Order(StringComparer.Ordinal)), string.Join(',', options.Exclude.Order(StringComparer.Ordinal)), options.Selector);
        return $"nightjar-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope)))[..10]}";
    }

    /// <summary>Asks once; then it is known whose the scope is.</summary>
    /// <exception cref="KubeException">The cluster does not answer.</exception>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        var before = IsOurs;
        standing = await AskAsync(cancellationToken);
        if (before != IsOurs)
        {
            Changed(api.Name, standing switch { { Says.Length: > 0 } => standing.Says, { State: LeaseState.Held } => $"holds the lease {space}/{name}", _ => $"nobody holds the lease {space}/{name}" });
            var over = turn;
            turn = New();
            over.SetResult();
        }
    }

    /// <summary>Renews, or waits for it to lapse, until it is cancelled; gives it back then.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Every, clock);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await StepAsync(cancellationToken);
                }
                catch (KubeException e)
                {
                    NotAsked(api.Name, e.Message);
                }
            }
        }
        finally
        {
            await GiveBackAsync();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<Standing> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ReadAsync(cancellationToken) is not { } lease)
            {
                return takes ? await WriteAsync(HttpMethod.Post, path, null, 0, cancellationToken) : new Standing(LeaseState.Without, "");
            }

            if (lease.Holder.Length > 0 && !holder.Is(lease.Holder) && !HasLapsed(lease))
            {
                return new Standing(LeaseState.StandsBy, $"stands by: {lease.Holder} holds the lease {space}/{name} of this scope, and reports and acts; this one only watches");
            }

            var transitions = lease.Transitions + (holder.Is(lease.Holder) ? 0 : 1);
            return takes ? await WriteAsync(HttpMethod.Put, $"{path}/{name}", lease.Version, transitions, cancellationToken) : new Standing(LeaseState.Without, "");
        }
        catch (KubeException e) when (e.Fault == KubeFault.Conflict)
        {
            return new Standing(LeaseState.StandsBy, "stands by: another Nightjar takes the lease of this scope just now");
        }
        catch (KubeException e) when (e.Fault is KubeFault.Forbidden or KubeFault.NotFound)
        {
            return new Standing(LeaseState.Without, $"goes on without a lease: another Nightjar in this cluster would do the same work again ({e.Message})");
        }
    }

    private async Task<Lease?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await api.GetAsync($"{path}/{name}", "read the lease", cancellationToken);
            var spec = answer.RootElement.At("spec");
            return new Lease(spec.Text("holderIdentity"), spec.Text("renewTime"), TimeSpan.FromSeconds(Math.Clamp(spec.Whole("leaseDurationSeconds", (int)Lasts.TotalSeconds), 1, 3_600)), spec.Whole("leaseTransitions"), answer.RootElement.At("metadata").Text("resourceVersion"));
        }
        catch (KubeException e) when (e.Fault == KubeFault.NotFound)
        {
            return null;
        }
    }

    private bool HasLapsed(Lease lease)
    {
        var now = clock.GetUtcNow();
        if ((other.Holder, other.Renewed) != (lease.Holder, lease.Renewed))
        {
            other = (lease.Holder, lease.Renewed, now);
        }

        return now - other.SeenAt >= lease.Lasts;
    }

    private async Task<Standing> WriteAsync(HttpMethod method, string to, string? version, int transitions, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        using var written = await api.AskAsync(method, to, new KubeBody(Body(holder.Shown, now, version, transitions)), "take the lease", cancellationToken);
        return new Standing(LeaseState.Held, "") { Until = now + Trusted };
    }

    private byte[] Body(string who, DateTimeOffset now, string? version, int transitions)
    {
        var at = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            apiVersion = "coordination.k8s.io/v1",
            kind = "Lease",
            metadata = new { name, @namespace = space, resourceVersion = version, annotations = new Dictionary<string, string> { ["nightjar/scope"] = $"namespaces {string.Join(", ", options.Namespaces)}; not {string.Join(", ", options.Exclude)}; selector {options.Selector}" } },
            spec = new { holderIdentity = who, leaseDurationSeconds = (int)Lasts.TotalSeconds, acquireTime = at, renewTime = at, leaseTransitions = transitions },
        });
    }

    private async Task GiveBackAsync()
    {
        if (standing.State != LeaseState.Held)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Farewell, TimeProvider.System);
        try
        {
            if (await ReadAsync(limit.Token) is { } lease && holder.Is(lease.Holder))
            {
                using var written = await api.AskAsync(HttpMethod.Put, $"{path}/{name}", new KubeBody(Body("", clock.GetUtcNow(), lease.Version, lease.Transitions)), "give the lease back", limit.Token);
            }
        }
        catch (Exception e) when (e is KubeException or OperationCanceledException)
        {
            // It lapses by itself.
            NotAsked(api.Name, e.Message);
        }
    }

    [LoggerMessage(3410, LogLevel.Information, "{Cluster}: {Says}")]
    private partial void Changed(string cluster, string says);

    [LoggerMessage(3411, LogLevel.Warning, "The lease in {Cluster} could not be asked for: {Why}")]
    private partial void NotAsked(string cluster, string why);

    private enum LeaseState
    {
        Unknown,
        Held,
        StandsBy,

        /// <summary>Nobody can hold it, or nobody does and we do not take it.</summary>
        Without,
    }

    private sealed record Standing(LeaseState State, string Says)
    {
        public DateTimeOffset Until { get; init; }
    }

    private sealed record Lease(string Holder, string Renewed, TimeSpan Lasts, int Transitions, string Version);
}
