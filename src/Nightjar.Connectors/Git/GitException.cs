namespace Nightjar.Connectors.Git;

/// <summary>A git command that did not do what was asked.</summary>
/// <param name="exitCode">Null when it could not be started or did not end in time.</param>
/// <param name="errors">The end of what it printed to its error stream.</param>
internal sealed class GitException(string command, int? exitCode, string errors, Exception? inner = null)
    : Exception(exitCode is null ? $"git {command}: {errors}" : $"git {command} ended with exit code {exitCode}: {errors}", inner)
{
    public string Command => command;

    public int? ExitCode => exitCode;

    public string Errors => errors;

    public bool Says(string text) => errors.Contains(text, StringComparison.OrdinalIgnoreCase);
}
