using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Nightjar.Web.Look;

/// <summary>The files of wwwroot, out of the assembly. Their address holds a hash of their content, so browsers may keep them.</summary>
internal static class PageFiles
{
    private const string Prefix = "wwwroot/";

    private static readonly FrozenDictionary<string, Asset> Files = Load();

    public static string Url(string name) => $"/assets/{name}?v={Files[name].Hash}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/assets/{**name}", (HttpContext http, string name) => Serve(http, name));
        routes.MapGet("/favicon.svg", (HttpContext http) => Serve(http, "favicon.svg"));
    }

    private static IResult Serve(HttpContext http, string name)
    {
        if (!Files.TryGetValue(name, out var file))
        {
            return Results.NotFound();
        }

        http.Response.Headers.CacheControl = http.Request.Query["v"] == file.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(file.Content, file.Type);
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(PageFiles).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(n => n[Prefix.Length..], n =>
            {
                using var stream = assembly.GetManifestResourceStream(n) ?? throw new InvalidOperationException($"No resource {n}");
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return new Asset(content, TypeOf(n), Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6)));
            });
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"No content type for {other}"),
    };

    private sealed record Asset(byte[] Content, string Type, string Hash);
}
