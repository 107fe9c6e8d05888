using System.Collections.Immutable;

namespace Nightjar.Agents.Fence;

/// <summary>
/// Where compilers and runtimes are that do not lie in the system's own folders, and the few variables that name them.
/// Nothing else of Nightjar's environment (tokens, passwords) goes into a fence.
/// </summary>
/// <param name="Folders">To be bound read-only.</param>
/// <param name="Hidden">Below those, what must not be seen.</param>
internal sealed record Toolchain(string SearchPath, ImmutableArray<string> Folders, ImmutableArray<string> Hidden, ImmutableArray<KeyValuePair<string, string>> Variables)
{
    private static readonly string[] SystemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/nix/store"];

    private static readonly string[] Homes = ["DOTNET_ROOT", "JAVA_HOME", "GOROOT", "RUSTUP_HOME", "PYENV_ROOT"];

    /// <summary>What belongs to a <c>bin</c> folder and sits beside it. The parent is not bound: <c>~/.cargo</c> holds a token, <c>~/.local</c> a keyring.</summary>
    private static readonly string[] Siblings = ["bin", "lib", "lib64", "libexec", "versions", "version", "conf"];

    /// <summary>Keys that some toolchains keep in their own folder.</summary>
    private static readonly string[] Secrets = ["corefx", "credentials", "credentials.toml"];

    public static readonly Toolchain None = new("/usr/local/bin:/usr/bin:/bin", [], [], []);

    /// <param name="words">The command that will run: a program in it may be a link that leads elsewhere.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="home">Of the user that Nightjar runs as; never bound as a whole.</param>
    public static Toolchain Find(IEnumerable<string> words, Func<string, string?> variable, string home)
    {
        var path = (variable("PATH") ?? "").Split(':').Where(p => IsSafeFolder(p, home)).Distinct().ToList();
        var named = Homes.Select(n => KeyValuePair.Create(n, variable(n) ?? "")).Where(v => IsSafeFolder(v.Value, home)).ToList();
        if (PackageFolder(variable, home) is { } packages)
        {
            named.Add(KeyValuePair.Create("NUGET_FALLBACK_PACKAGES", packages));
        }

        string[] folders = [.. path, .. path.SelectMany(Beside), .. named.Select(v => v.Value), .. LinkTargets(words, path).Where(t => IsSafeFolder(t, home))];
        var bound = folders.Where(f => !IsInSystem(f)).Distinct().ToImmutableArray();
        var hidden = bound.SelectMany(f => Secrets.Select(s => Path.Join(f, s))).Where(Path.Exists).ToImmutableArray();
        path.AddRange(new[] { "/usr/local/bin", "/usr/bin", "/bin" }.Except(path));
        return new Toolchain(string.Join(':', path), bound, hidden, [.. named]);
    }

    private static IEnumerable<string> Beside(string entry) =>
        Path.GetFileName(entry) is "bin" or "shims" && Path.GetDirectoryName(entry) is { } parent && !IsInSystem(entry)
            ? Siblings.Select(s => Path.Join(parent, s)).Where(Path.Exists)
            : [];

    /// <summary>A program on the path may be a link into a folder that is not: <c>~/.local/bin/dotnet → ~/sdk/dotnet</c>.</summary>
    private static IEnumerable<string> LinkTargets(IEnumerable<string> words, List<string> path) =>
        from word in words.SelectMany(w => w.Split([' ', '\t', '\n', ';', '&', '|', '(', ')', '\'', '"'], StringSplitOptions.RemoveEmptyEntries)).Distinct().Take(50)
        where !word.Contains('/', StringComparison.Ordinal) && word is not ("." or "..")
        from entry in path
        let link = new FileInfo(Path.Join(entry, word))
        where link.Exists
        let target = link.ResolveLinkTarget(returnFinalTarget: true)
        where target is { Exists: true }
        select Path.GetDirectoryName(target.FullName);

    /// <summary>
    /// Packages that were restored before, so that a check can restore without network: NuGet reads there and writes into the
    /// fence's own empty home.
    /// </summary>
    private static string? PackageFolder(Func<string, string?> variable, string home)
    {
        var folder = variable("NUGET_PACKAGES") is { Length: > 0 } set ? set : Path.Join(home, ".nuget", "packages");
        return IsSafeFolder(folder, home) ? folder : null;
    }

    private static bool IsSafeFolder(string path, string home) =>
        path.StartsWith('/') && path.TrimEnd('/') is { Length: > 0 } plain
        && !$"{home.TrimEnd('/')}/".StartsWith($"{plain}/", StringComparison.Ordinal)
        && Directory.Exists(path);

    private static bool IsInSystem(string path) =>
        Array.Exists(SystemFolders, s => path == s || path.StartsWith($"{s}/", StringComparison.Ordinal));
}
