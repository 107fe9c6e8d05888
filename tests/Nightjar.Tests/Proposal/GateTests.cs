using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Tests.Proposal;

/// <summary>Each rule both ways, on diffs as git writes them.</summary>
public class GateTests
{
    private static readonly Gate Plain = new(new GateOptions());

    [Fact]
    public void A_small_plain_change_passes() => Assert.Null(Refusal(Plain, File("src/A.cs", "int x = 1;")));

    [Fact]
    public void An_empty_change_is_refused() => Assert.Equal("gate rule empty: the change is empty", Plain.Refusal("", [], CodeOrigin.WrittenByModel));

    [Theory]
    [InlineData(400, null)]
    [InlineData(401, "gate rule lines: the change has 401 lines, more than 400")]
    public void Four_hundred_lines_pass_and_one_more_does_not(int lines, string? refusal) =>
        Assert.Equal(refusal, Refusal(Plain, File("a.cs", [.. Enumerable.Repeat("x();", lines)])));

    [Fact]
    public void A_revert_may_be_long_and_touch_lock_files_and_files_that_are_large()
    {
        var change = File("src/A.cs", [.. Enumerable.Repeat("x();", 500)]) with { Size = 300_000 };
        Assert.Null(Refusal(Plain, CodeOrigin.HeldByRepository, change, File("package-lock.json", "{}")));
        Assert.NotNull(Refusal(Plain, CodeOrigin.WrittenByModel, change));
    }

    [Fact]
    public void A_revert_that_brings_a_secret_back_is_refused() =>
        Assert.Equal("gate rule secrets: src/A.cs, line 1 looks like a token of a known service", Refusal(Plain, CodeOrigin.HeldByRepository, File("src/A.cs", Token)));

    [Theory]
    [InlineData(200_000, null)]
    [InlineData(200_001, "gate rule file size: data.json would have 200001 bytes, more than 200000")]
    public void A_large_file_is_refused(int bytes, string? refusal) => Assert.Equal(refusal, Refusal(Plain, File("data.json", "1") with { Size = bytes }));

    [Theory]
    [InlineData("GIT binary patch\nliteral 3\nKcmZQz0RR9100000\n")]
    [InlineData("Binary files /dev/null and b/a.bin differ\n")]
    public void A_binary_file_is_refused(string body) =>
        Assert.Equal("gate rule binary: a.bin is binary", Plain.Refusal($"diff --git a/a.bin b/a.bin\nnew file mode 100644\nindex 0000000..1111111\n{body}", [new FileChange("a.bin", 0, 0) { IsBinary = true }], CodeOrigin.WrittenByModel));

    [Theory]
    [InlineData(".github/workflows/x.yml")]
    [InlineData(".GitHub/workflows/x.yml")]
    [InlineData(".gitlab-ci.yml")]
    [InlineData("deploy/.gitlab-ci.shop.yml")]
    [InlineData(".circleci/config.yml")]
    [InlineData("Jenkinsfile")]
    [InlineData("azure-pipelines.yml")]
    [InlineData("sub/.husky/pre-commit")]
    [InlineData(".githooks/pre-push")]
    [InlineData(".gitmodules")]
    [InlineData("src/.gitattributes")]
    [InlineData("docs/CODEOWNERS")]
    [InlineData(".claude/settings.json")]
    [InlineData(".mcp.json")]
    [InlineData(".vscode/tasks.json")]
    public void Paths_that_run_code_elsewhere_or_say_who_reviews_are_refused(string path) =>
        Assert.Equal($"gate rule path: {path} is not for Nightjar to change", Refusal(Plain, CodeOrigin.HeldByRepository, File(path, "x")));

    [Theory]
    [InlineData("src/github/Client.cs")]
    [InlineData(".gitignore")]
    [InlineData("docs/jenkins.md")]
    [InlineData("src/CodeownersParser.cs")]
    [InlineData("packages.lock.json.md")]
    public void Paths_that_only_look_like_those_pass(string path) => Assert.Null(Refusal(Plain, File(path, "x")));

    [Theory]
    [InlineData("package-lock.json")]
    [InlineData("src/Shop/packages.lock.json")]
    [InlineData("go.sum")]
    [InlineData("Cargo.lock")]
    public void Lock_files_are_refused_and_can_be_allowed(string path)
    {
        Assert.Equal($"gate rule lock file: {path} is a lock file", Refusal(Plain, File(path, "x")));
        Assert.Null(Refusal(new Gate(new GateOptions { Allowed = [Path.GetFileName(path)] }), File(path, "x")));
    }

    [Fact]
    public void The_configuration_forbids_more_and_allows_some()
    {
        var gate = new Gate(new GateOptions { MaxLines = 2, Forbidden = ["db/migrations/", "*.sql", "/top.cs"], Allowed = [".github/labels.yml", "tools/**/run.sh"] });
        Assert.Contains("db/migrations/1.cs", Refusal(gate, File("db/migrations/1.cs", "x")), StringComparison.Ordinal);
        Assert.Contains("a/b/x.SQL", Refusal(gate, File("a/b/x.SQL", "x")), StringComparison.Ordinal);
        Assert.Contains("top.cs", Refusal(gate, File("top.cs", "x")), StringComparison.Ordinal);
        Assert.Null(Refusal(gate, File("src/top.cs", "x")));
        Assert.Null(Refusal(gate, File("src/db/migrations/1.cs", "x")));
        Assert.Null(Refusal(gate, File(".github/labels.yml", "x")));
        Assert.Contains(".github/workflows/labels.yml", Refusal(gate, File(".github/workflows/labels.yml", "x")), StringComparison.Ordinal);
        Assert.Null(Refusal(gate, File("tools/a/b/run.sh", "x") with { Header = "new file mode 100755" }));
        Assert.Contains("3 lines", Refusal(gate, File("a.cs", "x", "y", "z")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("new file mode 120000", "gate rule link: a is a symbolic link")]
    [InlineData("old mode 100644\nnew mode 120000", "gate rule link: a is a symbolic link")]
    [InlineData("index 1111111..2222222 120000", "gate rule link: a is a symbolic link")]
    [InlineData("new file mode 160000", "gate rule submodule: a is a submodule")]
    [InlineData("index 1111111..2222222 160000", "gate rule submodule: a is a submodule")]
    [InlineData("deleted file mode 160000", "gate rule submodule: a is a submodule")]
    [InlineData("new file mode 100755", "gate rule mode: a would become executable")]
    [InlineData("old mode 100644\nnew mode 100755", "gate rule mode: a would become executable")]
    [InlineData("new file mode 100644", null)]
    [InlineData("old mode 100755\nnew mode 100644", null)]
    [InlineData("index 1111111..2222222 100755", null)]
    [InlineData("deleted file mode 120000", null)]
    public void Links_submodules_and_new_rights_to_run_are_refused(string header, string? refusal) =>
        Assert.Equal(refusal, Refusal(Plain, File("a", "x") with { Header = header }));

    [Fact]
    public void A_link_that_takes_the_place_of_a_file_is_refused()
    {
        var diff = Text(File("a", "x") with { Header = "deleted file mode 100644" }) + Text(File("a", "/etc/passwd") with { Header = "new file mode 120000" });
        Assert.Equal("gate rule link: a is a symbolic link", Plain.Refusal(diff, [new FileChange("a", 1, 1)], CodeOrigin.WrittenByModel));
    }

    [Fact]
    public void A_secret_is_named_by_file_and_line_and_never_shown()
    {
        var refusal = Refusal(Plain, File("src/ok.cs", "fine();"), File("src/Pay.cs", "a();", "b();", $"var t = \"{Token}\";"));
        Assert.Equal("gate rule secrets: src/Pay.cs, line 3 looks like a token of a known service", refusal);
    }

    [Fact]
    public void A_removed_secret_is_no_reason() =>
        Assert.Null(Plain.Refusal($"diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n-{Token}\n x\n", [new FileChange("a", 0, 1)], CodeOrigin.WrittenByModel));

    [Fact]
    public void A_line_that_looks_like_a_header_is_a_line()
    {
        var refusal = Refusal(Plain, File("a.md", "++ b/x", "diff --git a/b b/b", "@@ -1 +1 @@", "-- a/x", $"key {Token}"));
        Assert.Equal("gate rule secrets: a.md, line 5 looks like a token of a known service", refusal);
    }

    [Fact]
    public void A_file_that_the_diff_does_not_show_is_refused() =>
        Assert.Equal("gate rule readable: the diff is too large, or does not show cut.cs", Plain.Refusal(Text(File("a.cs", "x")), [new FileChange("a.cs", 1, 0), new FileChange("cut.cs", 1, 0)], CodeOrigin.HeldByRepository));

    [Theory]
    [InlineData("\"a/s\\303\\274d \\\"x\\\".cs\" \"b/s\\303\\274d \\\"x\\\".cs\"", "süd \"x\".cs")]
    [InlineData("a/with b/in b/with b/in", "with b/in")]
    [InlineData("\"a/new\\nline\" \"b/new\\nline\"", "new\nline")]
    public void Names_are_read_as_git_quotes_them(string names, string path) =>
        Assert.Null(Plain.Refusal($"diff --git {names}\nindex 1..2 100644\n@@ -0,0 +1 @@\n+x\n", [new FileChange(path, 1, 0)], CodeOrigin.WrittenByModel));

    /// <summary>In halves, so that nobody's scanner takes it for one.</summary>
    private static string Token => "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345";

    private static Changed File(string path, params string[] lines) => new(path, [.. lines]);

    private static string? Refusal(Gate gate, params Changed[] files) => Refusal(gate, CodeOrigin.WrittenByModel, files);

    private static string? Refusal(Gate gate, CodeOrigin origin, params Changed[] files) =>
        gate.Refusal(string.Concat(files.Select(Text)), [.. files.Select(f => new FileChange(f.Path, f.Lines.Length, 0) { Size = f.Size })], origin);

    private static string Text(Changed file) => string.Create(
        CultureInfo.InvariantCulture,
        $"diff --git a/{file.Path} b/{file.Path}\n{file.Header}\n--- /dev/null\n+++ b/{file.Path}\n@@ -0,0 +1,{file.Lines.Length} @@\n{string.Concat(file.Lines.Select(l => $"+{l}\n"))}");

    private sealed record Changed(string Path, ImmutableArray<string> Lines)
    {
        public string Header { get; init; } = "index 1111111..2222222 100644";

        public long? Size { get; init; } = 100;
    }
}
