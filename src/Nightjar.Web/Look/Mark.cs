using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nightjar.Core.Evidence;

namespace Nightjar.Web.Look;

/// <summary>
/// Tells whether a live part of a page looks as it did when the browser last asked. What is unchanged is not sent again, so
/// that nothing on the screen moves and no field loses what was typed.
/// </summary>
internal static class Mark
{
    /// <summary>A new start of the program makes every part new, and with it the form tokens.</summary>
    private static readonly string Start = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    /// <param name="view">What the part shows, and nothing else.</param>
    public static string Of(object view) =>
        Start + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(view, view.GetType(), BundleFormat.Json)).AsSpan(0, 6));
}

/// <summary>The marks of a page's live parts, in the page's order.</summary>
public sealed record Marks(params string[] All)
{
    public override string ToString() => string.Join('.', All);

    /// <summary>Which parts the browser that sends this query does not show as they are now.</summary>
    public bool[] Changed(HttpRequest request)
    {
        var seen = request.Query["seen"].ToString().Split('.');
        return [.. All.Select((mark, i) => i >= seen.Length || seen[i] != mark)];
    }
}
