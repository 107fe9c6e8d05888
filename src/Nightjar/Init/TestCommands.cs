using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nightjar.Init;

/// <summary>Knows how the tests of a repository are usually run, by the files that lie in it.</summary>
internal static partial class TestCommands
{
    private const int Longest = 200_000;

    /// <summary>Best first: what the project says itself, then what its language does.</summary>
    public static IEnumerable<FoundCheck> Find(string folder, IReadOnlyList<string> files)
    {
        bool Has(string name) => files.Contains(name);
        string? Ending(params string[] endings) => endings.Select(e => files.Where(f => f.EndsWith(e, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).FirstOrDefault()).FirstOrDefault(f => f is not null);

        if (Has("check.sh"))
        {
            yield return new FoundCheck(IsExecutable(Path.Join(folder, "check.sh")) ? "./check.sh" : "sh check.sh", "check.sh", NeedsNetwork: false);
        }

        if (Has("Makefile") && MakeTest().IsMatch(SmallFile.Read(Path.Join(folder, "Makefile"), Longest) ?? ""))
        {
            yield return new FoundCheck("make test", "Makefile", NeedsNetwork: false);
        }

        if (Ending(".slnx", ".sln", "Tests.csproj", ".csproj") is { } project)
        {
            yield return new FoundCheck("dotnet test", project, NeedsNetwork: true);
        }

        if (Has("package.json") && HasTestScript(SmallFile.Read(Path.Join(folder, "package.json"), Longest)))
        {
            yield return new FoundCheck(Has("pnpm-lock.yaml") ? "pnpm install --frozen-lockfile && pnpm test" : Has("yarn.lock") ? "yarn install --immutable && yarn test" : "npm ci && npm test", "package.json", NeedsNetwork: true);
        }

        foreach (var (file, command) in ByFile)
        {
            if (Has(file))
            {
                yield return new FoundCheck(file == "pom.xml" && Has("mvnw") ? "./mvnw test" : file.StartsWith("build.gradle", StringComparison.Ordinal) && Has("gradlew") ? "./gradlew test" : command, file, NeedsNetwork: true);
            }
        }
    }

    private static readonly (string File, string Command)[] ByFile =
    [
        ("go.mod", "go test ./..."),
        ("Cargo.toml", "cargo test"),
        ("pom.xml", "mvn test"),
        ("build.gradle", "gradle test"),
        ("build.gradle.kts", "gradle test"),
        ("pyproject.toml", "pytest"),
        ("pytest.ini", "pytest"),
        ("requirements.txt", "pytest"),
    ];

    /// <summary>False for the placeholder that <c>npm init</c> writes, which fails.</summary>
    private static bool IsExecutable(string file) => OperatingSystem.IsWindows() || (File.Exists(file) && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0);

    private static bool HasTestScript(string? json)
    {
        try
        {
            using var package = JsonDocument.Parse(json ?? "");
            return package.RootElement.ValueKind == JsonValueKind.Object
                && package.RootElement.TryGetProperty("scripts", out var scripts) && scripts.ValueKind == JsonValueKind.Object
                && scripts.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.String
                && test.GetString()?.Contains("no test specified", StringComparison.Ordinal) == false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex("^test[ \t]*:(?!=)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex MakeTest();
}
