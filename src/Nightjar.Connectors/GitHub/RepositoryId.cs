using System.Text.RegularExpressions;

namespace Nightjar.Connectors.GitHub;

/// <summary>A repository as GitHub names it.</summary>
internal readonly partial record struct RepositoryId(string Owner, string Name)
{
    public override string ToString() => $"{Owner}/{Name}";

    /// <summary>From <c>owner/name</c>; null when it is none.</summary>
    public static RepositoryId? Read(string text) =>
        Full().Match(text) is { Success: true } match && match.Groups["name"].Value is not ("." or "..") ? new RepositoryId(match.Groups["owner"].Value, match.Groups["name"].Value) : null;

    /// <summary>From an address of the site: <c>https://github.com/owner/name(.git)</c>, or ssh's <c>git@github.com:owner/name.git</c>.</summary>
    public static RepositoryId? OfAddress(string address, Uri site)
    {
        var path = Uri.TryCreate(address, UriKind.Absolute, out var url)
            ? (url.Authority.Equals(site.Authority, StringComparison.OrdinalIgnoreCase) && url.Scheme == site.Scheme) || (url.Scheme == "ssh" && url.Host.Equals(site.Host, StringComparison.OrdinalIgnoreCase)) ? url.AbsolutePath : null
            : address.StartsWith($"git@{site.Host}:", StringComparison.OrdinalIgnoreCase) ? address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..] : null;
        path = path?.Trim('/');
        return path is null ? null : Read(path.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path);
    }

    /// <summary>What GitHub takes for an owner and a repository; nothing else may become part of an address.</summary>
    [GeneratedRegex(@"\A(?<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,99})/(?<name>[A-Za-z0-9._-]{1,100})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Full();
}
