using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Nightjar.Web.Api;

namespace Nightjar.Web.Hooks;

/// <summary>A webhook of GitHub as it came. Nobody is signed in: its signature alone says whose it is.</summary>
/// <param name="Body">Byte for byte: the signature is over it.</param>
public sealed record HookDelivery(string Kind, string Id, string Signature, ReadOnlyMemory<byte> Body);

/// <summary>Checks and takes one webhook; returns the HTTP status to answer with, and a sentence.</summary>
public delegate Task<(int Status, string Says)> TakeHook(HookDelivery delivery, CancellationToken cancellationToken);

/// <summary>The door for GitHub's webhooks.</summary>
internal static class GitHubHook
{
    public const string Path = "/hooks/github";

    /// <summary>Those that are of use have 30 kB; GitHub itself sends up to 25 MB.</summary>
    private const int LargestBody = 1024 * 1024;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost(Path, TakeAsync);

    /// <summary>True for what passes the gate without a session.</summary>
    public static bool Is(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.Path == Path;

    private static async Task<IResult> TakeAsync(HttpContext http, DashboardOptions options)
    {
        if (options.GitHub is not { } take)
        {
            return Reply.NotFound("No webhook of GitHub is taken here.");
        }

        if (await ReadAsync(http) is not { } body)
        {
            return Reply.Problem(StatusCodes.Status413PayloadTooLarge, "That is too much", $"A webhook may have at most {LargestBody / 1024} kB. Choose single events at GitHub: pull requests, reviews, comments.");
        }

        var headers = http.Request.Headers;
        var (status, says) = await take(new HookDelivery(headers["X-GitHub-Event"].ToString(), headers["X-GitHub-Delivery"].ToString(), headers["X-Hub-Signature-256"].ToString(), body), http.RequestAborted);
        return status < 300 ? Results.Text(says, statusCode: status) : Reply.Problem(status, "Not taken", says);
    }

    /// <summary>Null when it is too long; then no more of it is read.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > LargestBody)
        {
            return null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = LargestBody + 1;
        }

        using var held = new MemoryStream();
        var buffer = new byte[16_384];
        try
        {
            int read;
            while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
            {
                held.Write(buffer, 0, read);
                if (held.Length > LargestBody)
                {
                    return null;
                }
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return held.ToArray();
    }
}
