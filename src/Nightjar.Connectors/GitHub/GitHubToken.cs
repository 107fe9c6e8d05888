using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.GitHub;

/// <summary>The token, from the configuration or from its file.</summary>
internal sealed class GitHubToken(GitHubOptions options)
{
    /// <summary>The longest tokens of GitHub have some 500 characters.</summary>
    private const int Longest = 4_000;

    /// <summary>Empty when none is configured.</summary>
    /// <exception cref="RepositoryException">Its file cannot be read, or holds no token.</exception>
    public string Read()
    {
        if (options.TokenFile is not { } path)
        {
            return options.Token;
        }

        try
        {
            using var file = new StreamReader(path);
            var buffer = new char[Longest + 1];
            var token = new string(buffer, 0, file.ReadBlock(buffer)).Trim();
            return token.Length is > 0 and < Longest && !token.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) && token.All(char.IsAscii)
                ? token
                : throw new RepositoryException($"The GitHub token file {path} holds no token: one line with the token alone is expected.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryException($"The GitHub token file {path} cannot be read: let the user that runs Nightjar read it, or correct github.tokenFile.", e);
        }
    }
}
