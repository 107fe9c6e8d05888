namespace Nightjar.Web.Access;

/// <summary>An address on this server, for leading a browser on.</summary>
internal static class LocalPath
{
    private const int Longest = 2_000;

    /// <summary>The same, or the start page for anything that a browser could take for another server.</summary>
    public static string Of(string? to) =>
        to is ['/', .. { Length: < Longest } rest] && !rest.StartsWith('/') && !rest.Contains('\\') && !rest.Any(char.IsControl) ? to : "/";
}
