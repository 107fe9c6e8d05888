using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Nightjar.Conventions;

/// <summary>The files of the repository that are, or would be, under version control.</summary>
internal sealed class Tree(string root, IReadOnlyDictionary<string, Func<string>> files)
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", "node_modules", "artifacts", "TestResults", ".vs", ".idea"];

    private readonly Dictionary<string, SyntaxTree> parsed = [];

    /// <summary>The repository that these tests were built from.</summary>
    public static Tree Ours { get; } = Open(FindRoot());

    public string Root => root;

    /// <summary>Relative paths with forward slashes, in order.</summary>
    public IEnumerable<string> Files => files.Keys.Order(StringComparer.Ordinal);

    public string Text(string path) => files[path]();

    /// <summary>C# under the given top folders. Samples are patients, not our code.</summary>
    public IEnumerable<(string Path, SyntaxTree Code)> CSharp(params string[] under) =>
        Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && under.Any(u => f.StartsWith(u + "/", StringComparison.Ordinal))).Select(f => (f, Parse(f)));

    public static Tree Of(params (string Path, string Text)[] files) =>
        new("/nowhere", files.ToDictionary(f => f.Path, f => (Func<string>)(() => f.Text)));

    /// <summary>A program of the system, to its end; null when it is not there or fails.</summary>
    public string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true });
            var says = process?.StandardOutput.ReadToEnd();
            process?.WaitForExit();
            return process?.ExitCode == 0 ? says : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private SyntaxTree Parse(string path)
    {
        lock (parsed)
        {
            return parsed.TryGetValue(path, out var tree) ? tree : parsed[path] = CSharpSyntaxTree.ParseText(Text(path), CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest), path);
        }
    }

    private static Tree Open(string root)
    {
        var tracked = new Tree(root, new Dictionary<string, Func<string>>()).Run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        var paths = tracked?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? Walk(root).Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'));
        return new Tree(root, paths.Distinct()
            .Where(p => new FileInfo(Path.Join(root, p)) is { Exists: true, LinkTarget: null })
            .ToDictionary(p => p, p => (Func<string>)(() => File.ReadAllText(Path.Join(root, p)))));
    }

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder).Where(d => !NotOurs.Contains(Path.GetFileName(d))).SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Join(folder.FullName, "Nightjar.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository");
        }

        return folder.FullName;
    }
}
