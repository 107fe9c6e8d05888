using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Hosting;

/// <summary>What a service's own log files said; for a service without them, what the first store that knows its logs says.</summary>
internal sealed class FirstDigest(ImmutableArray<ILogDigests> sources) : ILogDigests
{
    public async Task<LogDigest?> DigestAsync(ServiceName service, DateTimeOffset onset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            if (await source.DigestAsync(service, onset, now, cancellationToken) is { } digest)
            {
                return digest;
            }
        }

        return null;
    }
}
