using Nightjar.Core.Policy;

namespace Nightjar.Tests.Policy;

public class SecretsTests
{
    // Token shapes are put together here so that no scanner takes this file for a leak.
    [Theory]
    [InlineData("token ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789 used", "token [masked] used")]
    [InlineData("key AK" + "IAABCDEFGHIJKLMNOP", "key [masked]")]
    [InlineData("postgres://shop:hunter2@db:5432/shop", "postgres://shop:[masked]@db:5432/shop")]
    [InlineData("password=hunter2 next", "password=[masked] next")]
    [InlineData("\"api_key\": \"abcd1234\"", "\"api_key\": \"[masked]\"")]
    [InlineData("Authorization: Bearer abcdef123456", "Authorization: Bearer [masked]")]
    [InlineData("DB_PASSWORD: hunter22", "DB_PASSWORD: [masked]")]
    public void What_looks_like_a_secret_is_masked(string text, string masked) => Assert.Equal(masked, Secrets.Mask(text));

    [Fact]
    public void A_private_key_is_masked_even_when_it_is_cut_off()
    {
        Assert.Equal("before [masked]", Secrets.Mask("before -----BEGIN RSA PRIV" + "ATE KEY-----\nMIIEow\nAAAA"));
    }

    [Theory]
    [InlineData("stock for product 7 is -1")]
    [InlineData("GET /checkout 500 in 12 ms")]
    [InlineData("at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42")]
    [InlineData("https://example.com/path?page=2")]
    public void Ordinary_lines_stay_as_they_are(string text) => Assert.Equal(text, Secrets.Mask(text));

    /// <summary>An expression that tries every beginning again takes seconds on such text, and a time-out would end the stage that asked.</summary>
    [Theory]
    [InlineData("a.")]
    [InlineData("a-b+")]
    [InlineData("x_y.")]
    [InlineData("eyJaaaaaaaa-")]
    [InlineData("password")]
    [InlineData("-----BEGIN A")]
    public void Text_made_to_take_long_does_not(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 60_000 / piece.Length));
        Assert.Equal(text, Secrets.Mask(text));
    }
}
