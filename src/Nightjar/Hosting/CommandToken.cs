using System.Security.Cryptography;

namespace Nightjar.Hosting;

/// <summary>
/// The token by which the command line of the same user speaks to the daemon: a file that only its owner reads. Where the two run in
/// pods of their own, both are given it.
/// </summary>
internal static class CommandToken
{
    /// <summary>The variable that names it for both.</summary>
    public const string Variable = "NIGHTJAR_TOKEN";

    /// <summary>Characters below which it could be guessed.</summary>
    private const int Shortest = 32;

    /// <summary>The one that was given; null when none was, or it is too short to be a secret.</summary>
    public static string? Given => Environment.GetEnvironmentVariable(Variable)?.Trim() is { Length: >= Shortest } given ? given : null;

    public static string PathIn(string state) => Path.Combine(state, "token");

    /// <summary>The token of this state folder; made when there is none, and made again when others could have read it.</summary>
    public static string ReadOrMake(string state)
    {
        var path = PathIn(state);
        if (Given is { } given)
        {
            return given;
        }

        if (Read(state) is { } known && IsPrivate(path))
        {
            return known;
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(token);
        return token;
    }

    /// <summary>Null when there is none, or it may not be read.</summary>
    public static string? Read(string state)
    {
        try
        {
            return Given is { } given ? given : File.ReadAllText(PathIn(state)).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsPrivate(string path) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;
}
