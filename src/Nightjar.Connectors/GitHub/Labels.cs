using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Nightjar.Connectors.GitHub;

/// <summary>Our labels: made on demand, each with its colour; those that people gave a request stay on it.</summary>
internal sealed class Labels(GitHubApi api)
{
    /// <summary>By the beginning of the name; six hex digits each.</summary>
    private static readonly (string Prefix, string Colour, string Description)[] Ours =
    [
        ("incident-fp:", "fbca04", "The fingerprint of an incident"),
        ("incident:active", "b60205", "Nightjar works on the incident"),
        ("incident:investigating-failed", "d93f0b", "The investigation fails and is tried again"),
        ("incident:investigating", "1d76db", "The cause is being looked for"),
        ("incident:fix-proposed", "0e8a16", "A fix is on the branch, for a person to review"),
    ];

    private readonly ConcurrentDictionary<(RepositoryId Repository, string Name), bool> made = new();

    public async Task SetAsync(RepositoryId repository, int number, IEnumerable<string> there, ImmutableArray<string> labels, CancellationToken cancellationToken)
    {
        var wanted = there.Where(l => !IsOurs(l)).Concat(labels).Distinct().ToList();
        if (wanted.ToHashSet().SetEquals(there))
        {
            return;
        }

        foreach (var label in labels)
        {
            await EnsureAsync(repository, label, cancellationToken);
        }

        await api.WriteAsync<List<LabelJson>>(HttpMethod.Put, $"repos/{repository}/issues/{number}/labels", new { labels = wanted }, $"label request {number} of {repository}", cancellationToken);
    }

    private static bool IsOurs(string label) => Ours.Any(o => label.StartsWith(o.Prefix, StringComparison.Ordinal));

    private async Task EnsureAsync(RepositoryId repository, string label, CancellationToken cancellationToken)
    {
        if (made.ContainsKey((repository, label)))
        {
            return;
        }

        if (await api.FindAsync<LabelJson>($"repos/{repository}/labels/{Uri.EscapeDataString(label)}", $"look for label {label} in {repository}", cancellationToken) is null)
        {
            var (_, colour, description) = Ours.First(o => label.StartsWith(o.Prefix, StringComparison.Ordinal));
            try
            {
                await api.WriteAsync<LabelJson>(HttpMethod.Post, $"repos/{repository}/labels", new { name = label, color = colour, description }, $"make label {label} in {repository}", cancellationToken);
            }
            catch (GitHubException e) when (e.Fault == GitHubFault.Invalid && e.Message.Contains("already_exists", StringComparison.Ordinal))
            {
                // Another incident made it in the same moment.
            }
        }

        made[(repository, label)] = true;
    }
}
