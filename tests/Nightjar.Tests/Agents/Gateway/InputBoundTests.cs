using System.Text;
using Nightjar.Agents.Gateway;

namespace Nightjar.Tests.Agents.Gateway;

public sealed class InputBoundTests
{
    /// <summary>
    /// With a tokenizer that makes tokens of one to three bytes, and leaves a part of the text out because of another part.
    /// </summary>
    [Fact]
    public void Whatever_is_appended_put_in_or_taken_out_the_bound_holds()
    {
        var random = new Random(20260504);
        for (var round = 0; round < 300; round++)
        {
            var bound = new InputBound();
            var body = Text(random, random.Next(1, 2_000));
            for (var turn = 0; turn < 12; turn++)
            {
                var bytes = Encoding.UTF8.GetBytes(body);
                var tokens = Tokens(body);
                var most = bound.Of(bytes);
                Assert.True(most >= tokens, $"round {round}, turn {turn}: {tokens} tokens, bound {most}");
                bound.Counted(bytes, tokens);
                body = Change(random, body);
            }
        }
    }

    [Fact]
    public void What_was_counted_once_is_not_counted_in_bytes_again()
    {
        var bound = new InputBound();
        var first = Encoding.UTF8.GetBytes(new string('a', 100_000) + "]");
        bound.Counted(first, 20_000);

        var next = Encoding.UTF8.GetBytes(new string('a', 100_000) + new string('b', 500) + "]");

        Assert.InRange(bound.Of(next), 20_500, 20_600);
        Assert.True(bound.Of(Encoding.UTF8.GetBytes(new string('c', 100_000))) >= 100_000);
    }

    private static string Change(Random random, string body)
    {
        var at = random.Next(body.Length + 1);
        var end = Math.Min(body.Length, at + random.Next(200));
        return random.Next(5) switch
        {
            0 => body + Text(random, random.Next(400)),
            1 => body[..at] + Text(random, random.Next(400)) + body[at..],
            2 => body[..at] + body[end..] + "x",
            3 => body[..at] + Text(random, end - at) + body[end..],
            _ => body,
        };
    }

    private static string Text(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "abc {}\"éя<>"[random.Next(11)]));

    private static long Tokens(string text)
    {
        // As thinking is left out once a person has spoken after it: a cut may make a text dearer.
        var counted = text.Contains('<', StringComparison.Ordinal) ? text.Replace("a", "", StringComparison.Ordinal) : text;
        var bytes = Encoding.UTF8.GetBytes(counted);
        long tokens = 0;
        for (var i = 0; i < bytes.Length; tokens++)
        {
            i += 1 + (bytes[i] * 7 % 3);
        }

        return tokens;
    }
}
