using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>
/// Runs the git program with an environment of our own, so that neither the person's configuration nor a repository's decides
/// what is executed.
/// </summary>
/// <param name="program">The git program, looked up on PATH when it is a bare name.</param>
/// <param name="home">A folder of ours that git takes for its home.</param>
/// <param name="author">Who signs commits; Nightjar when nobody is named.</param>
internal sealed partial class GitCommand(string program, string home, CommitAuthor? author = null)
{
    private static readonly Version Oldest = new(2, 30);

    /// <summary>What git itself needs from outside: where programs are, and how to reach a remote host.</summary>
    private static readonly string[] Inherited =
        ["PATH", "TMPDIR", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>Said again on the command line, where it outweighs the configuration of the repository that is worked in.</summary>
    public static readonly string[] Outweighing =
        ["core.hooksPath=/dev/null", "core.fsmonitor=false", "core.alternateRefsCommand=true", "protocol.ext.allow=never", "submodule.recurse=false"];

    private const string Configuration = """
        [safe]
            directory = *
        [user]
            name = Nightjar
            email = nightjar@localhost
            useConfigOnly = true
        [core]
            hooksPath = /dev/null
            fsmonitor = false
            alternateRefsCommand = true
            attributesFile = /dev/null
            excludesFile = /dev/null
            autocrlf = false
            protectHFS = true
            protectNTFS = true
            quotePath = false
        [protocol "ext"]
            allow = never
        [init]
            templateDir =
            defaultBranch = main
        [commit]
            gpgSign = false
        [push]
            gpgSign = false
            recurseSubmodules = no
        [fetch]
            recurseSubmodules = false
        [submodule]
            recurse = false
        [diff]
            ignoreSubmodules = all
        [credential]
            helper =
        [gc]
            auto = 0
        [maintenance]
            auto = false

        """;

    private readonly SemaphoreSlim gate = new(1);
    private Version? found;

    private string ConfigurationFile => Path.Combine(home, ".gitconfig");

    private string AskPassFile => Path.Combine(home, "askpass");

    /// <exception cref="GitException">It failed, printed too much, or did not end in time.</exception>
    /// <exception cref="RepositoryException">Git is missing or too old.</exception>
    public async Task<GitOutput> RunAsync(GitCall call, CancellationToken cancellationToken)
    {
        await VersionAsync(cancellationToken);
        return await ExecuteAsync(call, cancellationToken);
    }

    /// <summary>The version of the program; looked up once, together with the making of our configuration.</summary>
    /// <exception cref="RepositoryException">Git is missing or too old.</exception>
    public async Task<Version> VersionAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return found ??= await LookUpAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Version> LookUpAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(home);
        await File.WriteAllTextAsync(ConfigurationFile, Configuration, cancellationToken);
        await AskPass.WriteAsync(AskPassFile, cancellationToken);
        GitOutput answer;
        try
        {
            answer = await ExecuteAsync(new GitCall("version"), cancellationToken);
        }
        catch (GitException e)
        {
            throw new RepositoryException($"The git program cannot be run ({e.Errors}). Install git {Oldest} or newer, and see that it is on the PATH.", e);
        }

        var match = VersionNumber().Match(answer.Text);
        if (!match.Success || !Version.TryParse(match.Value, out var version))
        {
            throw new RepositoryException($"`{program} version` did not name a version. Install git {Oldest} or newer, and see that it comes first on the PATH.");
        }

        return version >= Oldest ? version : throw new RepositoryException($"git {version} is too old: install git {Oldest} or newer, and see that it comes first on the PATH.");
    }

    private async Task<GitOutput> ExecuteAsync(GitCall call, CancellationToken cancellationToken)
    {
        ChildEnd end;
        try
        {
            end = await ChildProcess.RunAsync(Start(call), call.Input, call.MostOutput, call.Timeout, cancellationToken);
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            throw new GitException(call.Arguments[0], null, e.Message, e);
        }

        if (end.Cut && !call.MayCut)
        {
            throw new GitException(call.Arguments[0], null, $"printed more than {call.MostOutput} bytes");
        }

        if (!end.Cut && (end.ExitCode < 0 || end.ExitCode > call.MostExitCode))
        {
            throw new GitException(call.Arguments[0], end.ExitCode, UserInfo().Replace(end.Errors, "://"));
        }

        return new GitOutput(end.ExitCode, Encoding.UTF8.GetString(end.Output), end.Cut, end.Errors);
    }

    private ProcessStartInfo Start(GitCall call)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = call.Folder ?? home };
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }

        SetEnvironment(start.Environment, call);
        List<string> settings = [.. Outweighing];
        if (call.With is not null)
        {
            settings.Add($"include.path={call.With}");
        }

        if (call.Login is not null)
        {
            settings.Add("http.followRedirects=false");
        }

        foreach (var argument in settings.SelectMany(s => new[] { "-c", s }).Concat(call.Arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private void SetEnvironment(IDictionary<string, string?> environment, GitCall call)
    {
        environment["HOME"] = home;
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = ConfigurationFile;
        environment["GIT_ATTR_NOSYSTEM"] = "1";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes";
        environment["GIT_LITERAL_PATHSPECS"] = "1";
        environment["GIT_NO_LAZY_FETCH"] = "1";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_EDITOR"] = "true";
        environment["LC_ALL"] = "C";
        if (call.Login is { } login)
        {
            AskPass.Set(environment, AskPassFile, login);
        }

        if (call.GitDir is not null)
        {
            environment["GIT_DIR"] = call.GitDir;
        }

        if (call.WorkTree is not null)
        {
            environment["GIT_WORK_TREE"] = call.WorkTree;
        }

        if (author is not null)
        {
            environment["GIT_AUTHOR_NAME"] = environment["GIT_COMMITTER_NAME"] = author.Name;
            environment["GIT_AUTHOR_EMAIL"] = environment["GIT_COMMITTER_EMAIL"] = author.Email;
        }

        if (call.At is { } at)
        {
            environment["GIT_AUTHOR_DATE"] = environment["GIT_COMMITTER_DATE"] = string.Create(CultureInfo.InvariantCulture, $"@{at.ToUnixTimeSeconds()} +0000");
        }
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"://[^/\s@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
