using Nightjar.Core.Proposal;

namespace Nightjar.Tests.Agents;

public sealed class QuotingTests
{
    [Theory]
    [InlineData("plain", "`plain`")]
    [InlineData("a`b", "``a`b``")]
    [InlineData("`tick`", "`` `tick` ``")]
    [InlineData("two\nlines\r\n\tand more", "`two lines and more`")]
    [InlineData("", "` `")]
    [InlineData("a\u202eb\u200bc\0d", "`abc d`")]
    public void Inline_text_is_one_line_of_code(string text, string expected) => Assert.Equal(expected, Quoting.Inline(text));

    [Fact]
    public void A_block_is_fenced_longer_than_any_run_inside()
    {
        var block = Quoting.Block("before\n`````\n# not a title\n```");

        Assert.Equal("\n``````\nbefore\n`````\n# not a title\n```\n``````\n", block);
    }

    [Fact]
    public void Long_text_is_cut_between_characters()
    {
        Assert.Equal("`abcd…`", Quoting.Inline("abcdefgh", 5));
        Assert.Equal("\n```\nab\n…\n```\n", Quoting.Block("ab\U0001F600cd", 3));
    }
}
