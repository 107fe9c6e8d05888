using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.GitHub;

/// <summary>
/// GitHub's signed webhooks (docs.github.com, "Validating webhook deliveries"). One only wakes the incident whose request it is
/// about: what is true is read from the API.
/// </summary>
public sealed partial class GitHubHooks(GitHubRoom room, IncidentStores stores, IWakeUps wakeUps, Catalogue catalogue, TimeProvider clock, ILogger<GitHubHooks> logger)
{
    /// <summary>Open requests are 10 at a time by default; incidents without one are many more.</summary>
    private const int MostIncidents = 1_000;

    /// <summary>What is worth a look; our own edits and labels come back as webhooks too.</summary>
    private static readonly Dictionary<string, string[]> Wanted = new(StringComparer.Ordinal)
    {
        ["pull_request"] = ["closed", "reopened", "ready_for_review", "converted_to_draft", "review_requested", "review_request_removed"],
        ["pull_request_review"] = ["submitted", "dismissed"],
        ["pull_request_review_comment"] = ["created"],
        ["issue_comment"] = ["created"],
    };

    private readonly SeenDeliveries seen = new();

    /// <summary>Takes one delivery.</summary>
    /// <param name="signature">The header <c>X-Hub-Signature-256</c>.</param>
    /// <param name="delivery">The header <c>X-GitHub-Delivery</c>.</param>
    /// <param name="kind">The header <c>X-GitHub-Event</c>.</param>
    /// <param name="body">Byte for byte as it came.</param>
    /// <returns>The HTTP status to answer with, and a sentence.</returns>
    public async Task<(int Status, string Says)> TakeAsync(string signature, string delivery, string kind, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (room.WebhookSecret.Length == 0)
        {
            return (404, "No webhook of GitHub is taken here: github.webhookSecret is not set.");
        }

        if (!IsSigned(signature, body.Span))
        {
            LogRefused(signature.Length == 0 ? "it is not signed" : "its signature is wrong");
            return (401, "The signature X-Hub-Signature-256 is missing or wrong: set the same secret here (github.webhookSecret) and at GitHub.");
        }

        // The signature covers the body alone: the same body under another number is the same delivery.
        if (!seen.Add(delivery, signature))
        {
            LogRefused("it came before");
            return (409, "This delivery was taken before; nothing was done.");
        }

        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            return await TakeAsync(kind, json.RootElement, cancellationToken);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return (400, "This is not the JSON of a webhook: set the content type application/json at GitHub.");
        }
    }

    private bool IsSigned(string signature, ReadOnlySpan<byte> body)
    {
        const string scheme = "sha256=";
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(room.WebhookSecret), body);
        var given = new byte[expected.Length];
        return signature.Length == scheme.Length + (2 * expected.Length) && signature.StartsWith(scheme, StringComparison.Ordinal)
            && Convert.FromHexString(signature.AsSpan(scheme.Length), given, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == expected.Length && CryptographicOperations.FixedTimeEquals(given, expected);
    }

    private async Task<(int Status, string Says)> TakeAsync(string kind, JsonElement body, CancellationToken cancellationToken)
    {
        if (!Wanted.TryGetValue(kind, out var actions) || body.GetProperty("action").GetString() is not { } action || !actions.Contains(action))
        {
            return (202, "Nothing to do.");
        }

        var request = body.TryGetProperty("pull_request", out var pull) ? pull : body.GetProperty("issue");
        var (number, repository) = (request.GetProperty("number").GetInt32(), RepositoryId.Read(body.GetProperty("repository").GetProperty("full_name").GetString() ?? ""));
        if (repository is null || IsOurComment(body) || await FindAsync(repository.Value, number, cancellationToken) is not { } incident)
        {
            return (202, "Nothing to do.");
        }

        var message = (kind, action) switch
        {
            ("pull_request", "closed") when request.TryGetProperty("merged", out var merged) && merged.ValueKind == JsonValueKind.True => InboxKind.RequestMerged,
            ("pull_request", "closed") => InboxKind.RequestClosed,
            _ => InboxKind.RequestChanged,
        };
        await stores.Inbox.PostAsync(incident.Id, message, "github", $"{kind} {action}", cancellationToken);
        await wakeUps.WakeAsync(incident.Id, clock.GetUtcNow(), cancellationToken);
        LogTaken(kind, action, incident.Id);
        return (202, $"Incident {incident.Id} looks at its request.");
    }

    private async Task<Incident?> FindAsync(RepositoryId repository, int number, CancellationToken cancellationToken)
    {
        var open = await stores.Incidents.ListAsync(new IncidentQuery { Open = true, Limit = MostIncidents }, cancellationToken);
        return open.FirstOrDefault(i => i.Request?.Number == number && i.Request.Host == room.Host.Name
            && room.RepositoryOf(catalogue.Get(i.Service)) is { } of && string.Equals(of.ToString(), repository.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsOurComment(JsonElement body) =>
        body.TryGetProperty("comment", out var comment) && comment.TryGetProperty("body", out var text) && text.ValueKind == JsonValueKind.String && Comments.IsMarked(text.GetString() ?? "");

    [LoggerMessage(3301, LogLevel.Information, "GitHub told of {Event} {Action}: incident {Incident} looks at its request")]
    private partial void LogTaken(string @event, string action, IncidentId incident);

    [LoggerMessage(3302, LogLevel.Warning, "Refused a webhook for GitHub: {Why}")]
    private partial void LogRefused(string why);
}
