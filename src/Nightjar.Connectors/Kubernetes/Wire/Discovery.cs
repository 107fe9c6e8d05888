using Nightjar.Connectors.Kubernetes.Objects;

namespace Nightjar.Connectors.Kubernetes.Wire;

/// <summary>Which group versions a cluster serves. It is upgraded while we run: what was asked a while ago is asked again.</summary>
internal sealed class Discovery(KubeApi api, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private (IReadOnlySet<string> Served, long At)? known;

    /// <exception cref="KubeException">The cluster did not answer.</exception>
    public async Task<IReadOnlySet<string>> ServedAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (known is var (served, at) && clock.GetElapsedTime(at) < GoodFor)
            {
                return served;
            }

            using var answer = await api.GetAsync("/apis", "ask which APIs there are", cancellationToken);
            HashSet<string> found = [.. answer.RootElement.Items("groups").SelectMany(g => g.Items("versions")).Select(v => v.Text("groupVersion")), "v1"];
            known = (found, clock.GetTimestamp());
            return found;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
