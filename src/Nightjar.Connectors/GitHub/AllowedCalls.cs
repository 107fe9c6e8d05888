using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nightjar.Connectors.GitHub;

/// <summary>
/// The whole of what may be asked of GitHub. Whatever is not in this list does not leave the process: nothing in it merges, marks
/// ready, approves, closes or changes a setting, and a body may have no field but those that are named.
/// </summary>
internal sealed partial class AllowedCalls(Uri api, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly (HttpMethod Method, Regex Path, string[] Fields)[] Calls =
    [
        (HttpMethod.Get, Reading(), []),
        (HttpMethod.Post, NewRequest(), ["title", "head", "base", "body", "draft", "maintainer_can_modify"]),
        (HttpMethod.Patch, OneRequest(), ["title", "body"]),
        (HttpMethod.Put, LabelsOfRequest(), ["labels"]),
        (HttpMethod.Post, NewLabel(), ["name", "color", "description"]),
        (HttpMethod.Post, NewComment(), ["body"]),
        (HttpMethod.Patch, OneComment(), ["body"]),
    ];

    /// <exception cref="InvalidOperationException">The call is not in the list: a defect of the caller.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri ?? api;
        var path = PathBelow(url);
        var call = Array.Find(Calls, c => c.Method == request.Method && path is not null && c.Path.IsMatch(path));
        if (call.Path is null || !await HasOnlyAsync(request.Content, call.Fields, cancellationToken))
        {
            throw new InvalidOperationException($"{request.Method} {url.GetLeftPart(UriPartial.Path)} is not among the calls that may be made to GitHub");
        }

        return await base.SendAsync(request, cancellationToken);
    }

    /// <summary>Null for another server, or another part of this one.</summary>
    private string? PathBelow(Uri url)
    {
        var start = api.AbsolutePath.TrimEnd('/');
        return url.Scheme == api.Scheme && url.Authority == api.Authority && url.UserInfo.Length == 0 && url.AbsolutePath.StartsWith(start + "/", StringComparison.Ordinal) ? url.AbsolutePath[start.Length..] : null;
    }

    private static async Task<bool> HasOnlyAsync(HttpContent? content, string[] fields, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            return true;
        }

        using var body = JsonDocument.Parse(await content.ReadAsByteArrayAsync(cancellationToken));

        // A request that is no draft is one that was marked ready.
        return body.RootElement.EnumerateObject().All(p => fields.Contains(p.Name) && (p.Name != "draft" || p.Value.ValueKind == JsonValueKind.True));
    }

    private const string Repository = @"\A/repos/[\w-]+/[\w.-]+";

    [GeneratedRegex(Repository + @"(/(pulls(/\d+)?|issues(/\d+(/comments)?)?|labels/[\w:%.-]+|branches/[\w%.-]+(/protection)?|rules/branches/[\w%.-]+|rulesets/\d+))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Reading();

    [GeneratedRegex(Repository + @"/pulls\z", RegexOptions.CultureInvariant)]
    private static partial Regex NewRequest();

    [GeneratedRegex(Repository + @"/pulls/\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex OneRequest();

    [GeneratedRegex(Repository + @"/issues/\d+/labels\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelsOfRequest();

    [GeneratedRegex(Repository + @"/labels\z", RegexOptions.CultureInvariant)]
    private static partial Regex NewLabel();

    [GeneratedRegex(Repository + @"/issues/\d+/comments\z", RegexOptions.CultureInvariant)]
    private static partial Regex NewComment();

    [GeneratedRegex(Repository + @"/issues/comments/\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex OneComment();
}
