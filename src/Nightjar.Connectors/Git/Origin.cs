using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Git;

/// <summary>The real repository of a service: a folder on this machine's disk, or an address that git can reach.</summary>
internal sealed partial record Origin(string Address, bool IsLocal)
{
    /// <summary>The address as people may see it: without a user name or password.</summary>
    public string Shown => UserInfo().Replace(Address, "://");

    /// <summary>Names our own folder for it; the address itself is never part of a path.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)).AsSpan(0, 8));

    /// <exception cref="RepositoryException">The service has no repository, or its path cannot be one.</exception>
    public static Origin Of(Service service)
    {
        var path = service.Repository?.Path ?? "";
        if (path.Length == 0)
        {
            throw new RepositoryException($"Service {service.Name} has no repository: set `repository` to the path or the URL of its code.");
        }

        if (path.Any(char.IsControl) || path.StartsWith('-') || Helper().IsMatch(path))
        {
            throw new RepositoryException($"The repository of service {service.Name} is neither a folder nor a URL of a kind that is allowed (https, ssh, git, file).");
        }

        if (path.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
        {
            path = Uri.UnescapeDataString(path["file://".Length..]);
        }
        else if (Remote().IsMatch(path))
        {
            return new Origin(path, IsLocal: false);
        }

        path = Path.GetFullPath(path);
        return Directory.Exists(path)
            ? new Origin(path, IsLocal: true)
            : throw new RepositoryException($"There is no folder {path} that may be looked into (the repository of service {service.Name}): correct the path, or let the user that runs Nightjar read it.");
    }

    /// <summary><c>name::address</c> makes git run a program of that name.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9+.-]+::", RegexOptions.CultureInvariant)]
    private static partial Regex Helper();

    /// <summary>A URL, or <c>host:path</c> as ssh has it.</summary>
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*://|^[^/]+:", RegexOptions.CultureInvariant)]
    private static partial Regex Remote();

    [GeneratedRegex(@"://[^/\s@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
