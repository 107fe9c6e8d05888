namespace Nightjar.Agents.BuiltIn;

/// <summary>What a path says about its content.</summary>
internal static class SourceKind
{
    private static readonly string[] Code =
    [
        ".cs", ".fs", ".vb", ".java", ".kt", ".scala", ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".go", ".rb", ".php",
        ".rs", ".sql", ".cshtml", ".razor",
    ];

    private static readonly string[] Settings = [".json", ".yaml", ".yml", ".toml", ".ini", ".xml", ".properties", ".csproj", ".props", ".env", ".conf", ".config", ".gradle", ".mod", ".txt"];

    public static bool IsCode(string path) => Code.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Code or settings: what can change how a service behaves. Documents and tests cannot.</summary>
    public static bool CanBreak(string path) =>
        !IsTest(path) && (IsCode(path) || (Settings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase) && !path.StartsWith("docs/", StringComparison.OrdinalIgnoreCase))
        || Path.GetFileName(path).StartsWith("Dockerfile", StringComparison.OrdinalIgnoreCase));

    public static bool IsTest(string path)
    {
        var folders = path.Split('/')[..^1];
        var stem = Path.GetFileNameWithoutExtension(path);
        return Array.Exists(folders, f => f.ToUpperInvariant() is "TEST" or "TESTS" or "SPEC" or "SPECS" or "__TESTS__" || f.EndsWith(".Tests", StringComparison.OrdinalIgnoreCase))
            || stem.EndsWith("Test", StringComparison.Ordinal) || stem.EndsWith("Tests", StringComparison.Ordinal) || stem.EndsWith("_test", StringComparison.Ordinal)
            || stem.StartsWith("test_", StringComparison.Ordinal) || stem.EndsWith(".test", StringComparison.Ordinal) || stem.EndsWith(".spec", StringComparison.Ordinal);
    }
}

/// <summary>Paths of code that is not the service's own: runtimes, packages, generated files.</summary>
internal static class DependencyPath
{
    private static readonly string[] Marks =
    [
        "/node_modules/", "/site-packages/", "/dist-packages/", "/vendor/", "/pkg/mod/", "/usr/lib/", "/usr/local/lib/python", "/usr/local/go/", "/libexec/",
        "/_/src/", "/rustc/", "/obj/", "/.venv/", "/generated/", "/target/generated-sources/",
    ];

    private static readonly string[] Starts = ["node:", "internal/modules/", "internal/process/", "internal/timers", "<", "[native", "/_/"];

    private static readonly string[] Ends = [".g.cs", ".g.i.cs", ".generated.cs", ".designer.cs", ".min.js", ".pb.go", "_pb2.py"];

    public static bool IsForeign(string path)
    {
        var plain = $"/{path.Replace('\\', '/').TrimStart('/')}";
        return Array.Exists(Marks, m => plain.Contains(m, StringComparison.OrdinalIgnoreCase))
            || Array.Exists(Starts, s => path.StartsWith(s, StringComparison.Ordinal))
            || Array.Exists(Ends, e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));
    }
}
