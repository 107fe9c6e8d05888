using System.Text.RegularExpressions;

namespace Nightjar.Core.Diagnosis;

/// <summary>Addresses as people write them into variables: <c>cart:7070</c>, <c>http://cart.shop.svc:7070/v1</c>, <c>jdbc:mysql://db:3306/shop</c>.</summary>
public static partial class Address
{
    /// <summary>Longer values are no addresses.</summary>
    private const int Longest = 300;

    /// <summary>What of a variable may be kept as an address; null when nothing: it is no address, or could be a secret.</summary>
    public static string? Kept(string name, string value)
    {
        var address = value.Split('?', 2)[0];
        var isPort = NamesPort().IsMatch(name) && address.Length <= 5 && address.All(char.IsAsciiDigit);
        return value.Length > Longest || NamesSecret().IsMatch(name) || value.Contains('@', StringComparison.Ordinal) || address.Length == 0 ? null
            : isPort || (Shape().Match(address) is { Success: true } match && (NamesHost().IsMatch(name) || match.Groups["port"].Success || address.Contains("://", StringComparison.Ordinal))) ? address
            : null;
    }

    /// <summary>Host and port; the port is 0 when none is written.</summary>
    public static (string Host, int Port) Parse(string value) =>
        value.Length <= Longest && Shape().Match(value) is { Success: true } match ? (match.Groups["host"].Value, int.TryParse(match.Groups["port"].ValueSpan, out var port) ? port : 0) : ("", 0);

    internal static string HostOf(string value) => Parse(value).Host;

    [GeneratedRegex(@"^(?:[a-z][a-z0-9+:.-]{0,30}://)?(?<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)(?::(?<port>[0-9]{1,5}))?(?:/[A-Za-z0-9._/-]*)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();

    [GeneratedRegex(@"(?i)passw|secret|token|key|credential", RegexOptions.CultureInvariant)]
    private static partial Regex NamesSecret();

    [GeneratedRegex(@"(?i)(?:^|_)(?:host|hostname|server|addr|address|endpoint|url|uri)$", RegexOptions.CultureInvariant)]
    private static partial Regex NamesHost();

    [GeneratedRegex(@"(?i)(?:^|_)port$", RegexOptions.CultureInvariant)]
    private static partial Regex NamesPort();
}
