using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Nightjar.Stories;

/// <summary>
/// The shop's repository in a story: a bare git repository with a good version, a commit that breaks it two hours ago, and an
/// innocent one after that. Its check fails for as long as the fault is in the file.
/// </summary>
internal sealed class CodeBase(string folder)
{
    public const string Fault = "await Task.Yield(); // the stock is read before this and written after it";

    private const string Good =
        """
        namespace Shop;

        public class Inventory
        {
            public void Reserve(int units)
            {
                lock (gate)
                {
                    stock -= units;
                }
            }
        }

        """;

    private const string Bad =
        $$"""
        namespace Shop;

        public class Inventory
        {
            public async Task Reserve(int units)
            {
                var left = stock - units;
                {{Fault}}
                stock = left;
                if (stock < 0) throw new StockMismatchError($"stock is {stock}");
            }
        }

        """;

    private static readonly ConcurrentDictionary<DateTimeOffset, Lazy<Task<string>>> Built = new();

    public string Bare { get; } = Path.Combine(folder, "shop.git");

    private string Working { get; } = Path.Combine(folder, "shop");

    /// <summary>The commit that broke it.</summary>
    public string Culprit { get; private set; } = "";

    public static async Task<CodeBase> OpenOrBuildAsync(string folder, DateTimeOffset now)
    {
        var code = new CodeBase(folder);
        if (!Directory.Exists(code.Bare))
        {
            Copy(await Built.GetOrAdd(now, at => new Lazy<Task<string>>(() => BuildOnceAsync(at))).Value, folder);
        }

        code.Culprit = await GitAsync(code.Bare, "log", "--format=%H", "--grep=^Move the inventory", "main");
        return code;
    }

    public Task<string> HeadAsync(string branch) => GitAsync(Bare, "rev-parse", branch);

    /// <summary>Where a branch left the base branch, whether it was merged since or not.</summary>
    public async Task<string> BaseOfAsync(string branch) => (await GitAsync(Bare, "log", "--format=%P", "-1", (await GitAsync(Bare, "log", "--format=%H", "--grep=^Nightjar incident", "-1", branch)).Trim())).Trim();

    public async Task<string[]> BranchesAsync() => Lines(await GitAsync(Bare, "for-each-ref", "--format=%(refname:short)", "refs/heads"));

    public async Task<string[]> CommitsAsync(string range) => Lines(await GitAsync(Bare, "log", "--format=%H", range));

    public async Task<string[]> SubjectsAsync(string range) => Lines(await GitAsync(Bare, "log", "--format=%s", range));

    public async Task<string[]> MessagesAsync(string range) => (await GitAsync(Bare, "log", "-z", "--format=%B", range)).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    public Task<string> ReadAsync(string branch, string path) => GitAsync(Bare, "show", $"{branch}:{path}");

    public async Task<string[]> FilesAsync(string branch) => Lines(await GitAsync(Bare, "ls-tree", "-r", "--name-only", branch));

    public Task<string> StatusAsync() => GitAsync(Working, "status", "--porcelain");

    /// <summary>Somebody commits to a branch from a clone of their own.</summary>
    public async Task<string> CommitAsync(string branch, string path, string text, string message, DateTimeOffset at)
    {
        await GitAsync(Working, "fetch", "--quiet", "origin");
        await GitAsync(Working, "checkout", "--quiet", "-B", branch, $"origin/{branch}");
        await WriteAsync(path, text);
        await CommitAsync(message, at);
        await GitAsync(Working, "push", "--quiet", "origin", branch);
        return await HeadAsync(branch);
    }

    /// <summary>Somebody merges a branch into main by hand.</summary>
    public async Task MergeAsync(string branch, DateTimeOffset at)
    {
        await GitAsync(Working, "fetch", "--quiet", "origin");
        await GitAsync(Working, "checkout", "--quiet", "-B", "main", "origin/main");
        await GitAsync(Working, at, "merge", "--quiet", "--no-ff", "-m", $"Merge {branch}", $"origin/{branch}");
        await GitAsync(Working, "push", "--quiet", "origin", "main");
    }

    /// <summary>Takes in commits and branches as <c>git fast-import</c> reads them: what no careful person would write.</summary>
    public async Task ImportAsync(string stream)
    {
        var start = new ProcessStartInfo("git", ["fast-import", "--quiet", "--force"]) { WorkingDirectory = Bare, RedirectStandardInput = true, RedirectStandardError = true };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var errors = git.StandardError.ReadToEndAsync();
        await git.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(stream));
        git.StandardInput.Close();
        await git.WaitForExitAsync();
        Assert.True(git.ExitCode == 0, await errors);
    }

    /// <summary>Makes a branch at a commit, as somebody else would.</summary>
    public async Task PointAsync(string branch, string commit) => await GitAsync(Bare, "branch", branch, commit);

    /// <summary>Built once a process, because it takes two dozen runs of git; each story has a copy.</summary>
    private static async Task<string> BuildOnceAsync(DateTimeOffset now)
    {
        var template = Directory.CreateTempSubdirectory("nightjar-shop-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(template, recursive: true);
        await new CodeBase(template).BuildAsync(now);
        return template;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? to);
            File.Copy(file, target);
        }

        // Empty folders that git looks for in a repository.
        Directory.CreateDirectory(Path.Combine(to, "shop.git", "refs", "tags"));
    }

    private async Task BuildAsync(DateTimeOffset now)
    {
        Directory.CreateDirectory(Working);
        await GitAsync(folder, "init", "--quiet", "--template=", "--bare", "-b", "main", Bare);
        await GitAsync(folder, "init", "--quiet", "--template=", "-b", "main", Working);
        await WriteAsync("check.sh", "! grep -q 'await Task.Yield' src/Inventory.cs\n");
        await WriteAsync("src/Inventory.cs", Good);
        await CommitAsync("Keep stock", now.AddDays(-20));
        await WriteAsync("README.md", "# Shop\n");
        await CommitAsync("Describe the shop", now.AddDays(-10));
        await WriteAsync("src/Inventory.cs", Bad);
        await CommitAsync("Move the inventory behind an async repository", now.AddHours(-2));
        await WriteAsync("README.md", "# The shop\n");
        await CommitAsync("Say it better", now.AddHours(-1));
        await GitAsync(Working, "remote", "add", "origin", "../shop.git");
        await GitAsync(Working, "push", "--quiet", "origin", "main");
    }

    private async Task WriteAsync(string path, string text)
    {
        var full = Path.Combine(Working, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full) ?? Working);
        await File.WriteAllTextAsync(full, text);
    }

    private async Task CommitAsync(string message, DateTimeOffset at)
    {
        await GitAsync(Working, "add", "-A");
        await GitAsync(Working, at, "commit", "--quiet", "--allow-empty", "-m", message);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<string> GitAsync(string folder, params string[] arguments) => GitAsync(folder, DateTimeOffset.UnixEpoch, arguments);

    private static async Task<string> GitAsync(string folder, DateTimeOffset at, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        var date = at.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        foreach (var (name, value) in new[] { ("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.com"), ("GIT_COMMITTER_NAME", "Ann"), ("GIT_COMMITTER_EMAIL", "ann@example.com"), ("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null") })
        {
            start.Environment[name] = value;
        }

        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var errors = git.StandardError.ReadToEndAsync();
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {await errors}");
    }
}
