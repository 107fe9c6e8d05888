using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Tests.Proposal;

public class GateTests
{
    [Fact]
    public void A_small_plain_change_passes() => Assert.Null(Gate.Refusal("+int x = 1;\n", [new FileChange("src/A.cs", 1, 0)]));

    [Fact]
    public void An_empty_change_is_refused() => Assert.Contains("empty", Gate.Refusal("", []), StringComparison.Ordinal);

    [Fact]
    public void Four_hundred_lines_pass_and_one_more_does_not()
    {
        Assert.Null(Gate.Refusal("", [new FileChange("a", 200, 200)]));
        Assert.Contains("size", Gate.Refusal("", [new FileChange("a", 201, 200)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".github/workflows/x.yml")]
    [InlineData("sub/.husky/pre-commit")]
    [InlineData(".claude/settings.json")]
    public void Paths_that_run_code_elsewhere_are_refused(string path) => Assert.Contains("path", Gate.Refusal("", [new FileChange(path, 1, 0)]), StringComparison.Ordinal);

    [Fact]
    public void An_added_secret_is_refused_and_a_removed_one_is_not()
    {
        var secret = "password=" + "hunter2hunter2";
        Assert.Contains("secret", Gate.Refusal($"+{secret}\n", [new FileChange("a", 1, 0)]), StringComparison.Ordinal);
        Assert.Null(Gate.Refusal($"-{secret}\n", [new FileChange("a", 0, 1)]));
    }

    [Fact]
    public void A_binary_file_is_refused() => Assert.Contains("binary", Gate.Refusal("diff\nGIT binary patch\n", [new FileChange("a.bin", 0, 0)]), StringComparison.Ordinal);
}
