using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Policy;

namespace Nightjar.Connectors.Kubernetes.Rights;

/// <summary>What an account may and should not, or lacks.</summary>
/// <param name="Missing">What it needs and may not, by what cannot be done without it.</param>
/// <param name="TooMuch">What it may, and its mode has no use for.</param>
public sealed record RightsFound(string Cluster, string Account, ImmutableArray<(string What, ImmutableArray<string> Rights)> Missing, ImmutableArray<string> TooMuch, int Asked)
{
    public bool IsRight => Missing.IsEmpty && TooMuch.IsEmpty;
}

/// <summary>Asks a cluster what an account may do there, by the reviews of <c>authorization.k8s.io/v1</c>: nothing is tried out.</summary>
/// <param name="account">Another's account, such as <c>system:serviceaccount:nightjar:nightjar</c>; null asks about our own, which everybody may.</param>
internal sealed class RightReview(KubeApi api, IReadOnlyList<string?> watched, string own, string? account)
{
    /// <summary>Questions at once: an API server answers thousands in a second, and we are not alone.</summary>
    private const int Together = 8;

    /// <exception cref="KubeException">The cluster does not answer, or does not say.</exception>
    public async Task<RightsFound> AskAsync(Mode mode, LeaseUse lease, CancellationToken cancellationToken)
    {
        var needed = RightTable.Needed(mode, lease).SelectMany(u => u.Rights.SelectMany(r => Places(r).Select(p => (u.What, Right: r, Place: p)))).ToList();
        var excess = RightTable.TooMuch(mode, lease).SelectMany(r => Places(r).Select(p => (What: "", Right: r, Place: p))).ToList();
        using var slots = new SemaphoreSlim(Together);
        var answers = await Task.WhenAll(needed.Concat(excess).Select(async q => (q.What, q.Right, q.Place, May: await MayAsync(q.Right, q.Place, slots, cancellationToken))));
        return new RightsFound(
            api.Shown,
            account ?? "our own account",
            [.. answers.Take(needed.Count).Where(a => !a.May).GroupBy(a => a.What).Select(g => (g.Key, g.Select(a => Shown(a.Right, a.Place)).ToImmutableArray()))],
            [.. answers.Skip(needed.Count).Where(a => a.May).Select(a => Shown(a.Right, a.Place))],
            answers.Length);
    }

    private IEnumerable<string?> Places(Right right) => right.Place switch
    {
        RightPlace.Cluster => [null],
        RightPlace.Own => [own],
        RightPlace.Watched => watched,
        _ => throw new ArgumentOutOfRangeException(nameof(right)),
    };

    private static string Shown(Right right, string? place) => right switch
    {
        { Group: "*" } => "everything",
        { Place: RightPlace.Cluster } => right.Says,
        _ => $"{right.Says} in {place ?? "all namespaces"}",
    };

    private async Task<bool> MayAsync(Right right, string? place, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        var resource = right.Resource.Split('/');
        var spec = new JsonObject
        {
            ["resourceAttributes"] = new JsonObject { ["group"] = right.Group, ["resource"] = resource[0], ["subresource"] = resource.ElementAtOrDefault(1), ["verb"] = right.Verb, ["namespace"] = place },
        };
        if (account is not null)
        {
            spec["user"] = account;
            spec["groups"] = new JsonArray([.. GroupsOf(account).Select(g => (JsonNode)g)]);
        }

        var kind = account is null ? "SelfSubjectAccessReview" : "SubjectAccessReview";
        var body = new JsonObject { ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = kind, ["spec"] = spec };
        await slots.WaitAsync(cancellationToken);
        try
        {
            using var answer = await api.AskAsync(HttpMethod.Post, $"/apis/authorization.k8s.io/v1/{kind.ToLowerInvariant()}s", new KubeBody(JsonSerializer.SerializeToUtf8Bytes(body)), "ask what the account may do", cancellationToken);
            return answer.RootElement.TryGetProperty("status", out var status) && status.Flag("allowed");
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>What the API server itself says of an account: a service account's groups are in its name.</summary>
    private static IEnumerable<string> GroupsOf(string account) =>
        account.Split(':') is ["system", "serviceaccount", var space, _] ? ["system:serviceaccounts", $"system:serviceaccounts:{space}", "system:authenticated"] : ["system:authenticated"];
}
