namespace Nightjar.Connectors.Git;

/// <summary>
/// The program that git asks for a name and a token (gitcredentials(7), GIT_ASKPASS). It reads them from the environment of
/// that one call, so that they are in no address, argument or file, and answers for the site that they belong to, word by word.
/// </summary>
internal static class AskPass
{
    private const string Script = """
        #!/bin/sh
        case "$1" in
          "Username for '$NIGHTJAR_GIT_SITE': ") printf '%s\n' "$NIGHTJAR_GIT_USER" ;;
          "Password for '$NIGHTJAR_GIT_USER_AT_SITE': ") printf '%s\n' "$NIGHTJAR_GIT_TOKEN" ;;
          *) exit 1 ;;
        esac

        """;

    public static async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(path, Script.ReplaceLineEndings("\n"), cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static void Set(IDictionary<string, string?> environment, string path, GitLogin login)
    {
        environment["GIT_ASKPASS"] = path;
        environment["NIGHTJAR_GIT_SITE"] = $"{login.Site.Scheme}://{login.Site.Authority}";
        environment["NIGHTJAR_GIT_USER_AT_SITE"] = $"{login.Site.Scheme}://{login.User}@{login.Site.Authority}";
        environment["NIGHTJAR_GIT_USER"] = login.User;
        environment["NIGHTJAR_GIT_TOKEN"] = login.Token;
    }
}
