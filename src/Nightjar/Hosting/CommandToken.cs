using System.Security.Cryptography;

namespace Nightjar.Hosting;

/// <summary>The token by which the command line of the same user speaks to the daemon: a file that only its owner reads.</summary>
internal static class CommandToken
{
    public static string PathIn(string state) => Path.Combine(state, "token");

    /// <summary>The token of this state folder; made when there is none, and made again when others could have read it.</summary>
    public static string ReadOrMake(string state)
    {
        var path = PathIn(state);
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
            return File.ReadAllText(PathIn(state)).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsPrivate(string path) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;
}
