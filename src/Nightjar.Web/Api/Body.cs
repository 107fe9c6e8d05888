using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nightjar.Core.Evidence;

namespace Nightjar.Web.Api;

/// <summary>Reads what a caller sent. An empty body is an empty object.</summary>
internal static class Body
{
    public static async Task<(T? Value, string? Fault)> ReadAsync<T>(HttpContext http)
        where T : class, new()
    {
        if (http.Request.ContentLength == 0 || (http.Request.ContentLength is null && http.Request.ContentType is null))
        {
            return (new T(), null);
        }

        if (!http.Request.HasJsonContentType())
        {
            return (null, "Send JSON, with Content-Type: application/json");
        }

        try
        {
            return (await JsonSerializer.DeserializeAsync<T>(http.Request.Body, BundleFormat.Json, http.RequestAborted) ?? new T(), null);
        }
        catch (JsonException e)
        {
            return (null, $"This is not the JSON that was expected: {e.Message}");
        }
        catch (BadHttpRequestException)
        {
            return (null, "The body is too large or ended early");
        }
    }
}
