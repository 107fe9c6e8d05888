using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Git;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Git;

/// <summary>A temporary folder with a real repository that a person works in, and Nightjar's own state beside it.</summary>
internal sealed class GitLab : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private int minutes;

    public GitLab(bool bare = false, string program = "git")
    {
        Directory.CreateDirectory(Root);
        Tree = Path.Combine(Root, "work tree");
        Git(Root, "init", "--quiet", "--initial-branch=main", Tree);
        Real = Tree;
        if (bare)
        {
            Real = Path.Combine(Root, "real.git");
            Git(Root, "init", "--quiet", "--bare", "--initial-branch=main", Real);
            Git(Tree, "remote", "add", "origin", Real);
        }

        Repositories = new GitRepositories(State, Clock, NullLogger<GitRepositories>.Instance, program);
    }

    public string Root { get; } = Path.Combine(Path.GetTempPath(), $"nightjar-git-{Guid.NewGuid():n}");

    public string State => Path.Combine(Root, "state");

    /// <summary>Where the person edits.</summary>
    public string Tree { get; }

    /// <summary>What the service names as its repository.</summary>
    public string Real { get; }

    public FakeClock Clock { get; } = new(Start.AddDays(1));

    public GitRepositories Repositories { get; }

    public Service Service => new() { Name = new ServiceName("shop"), Repository = new RepositoryLocation(Real) };

    /// <summary>A file that exists only when something ran that must not.</summary>
    public string Marker => Path.Combine(Root, "hacked");

    public static string Git(string folder, params string[] arguments) => Run(folder, Start, null, arguments);

    public string Commit(string message, params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(Tree, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? Tree);
            File.WriteAllText(full, text);
        }

        Git(Tree, "add", "--all");
        return CommitIndex(message);
    }

    public string CommitIndex(string message)
    {
        Run(Tree, Start.AddMinutes(minutes++), message, "commit", "--quiet", "--allow-empty", "--file=-");
        return Git(Tree, "rev-parse", "HEAD");
    }

    /// <summary>Makes what was committed known at the real repository, where that is another.</summary>
    public void Publish(params string[] references)
    {
        if (Real != Tree)
        {
            Git(Tree, ["push", "--quiet", "--force", "origin", .. references.Length == 0 ? ["main"] : references]);
        }
    }

    public string Script(string name, string text)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Run(string folder, DateTimeOffset at, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_AUTHOR_NAME"] = start.Environment["GIT_COMMITTER_NAME"] = "Ada";
        start.Environment["GIT_AUTHOR_EMAIL"] = start.Environment["GIT_COMMITTER_EMAIL"] = "ada@example.org";
        start.Environment["GIT_AUTHOR_DATE"] = start.Environment["GIT_COMMITTER_DATE"] = string.Create(CultureInfo.InvariantCulture, $"@{at.ToUnixTimeSeconds()} +0000");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {errors.Result}");
    }
}
