using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Tests.Policy;

/// <summary>What the gate takes for a secret, and what it must not.</summary>
public class SecretScanTests
{
    [Theory]
    [InlineData("a.cs", "x = \"gh", "p_0123456789abcdefghijABCDEFGHIJ012345\"")]
    [InlineData("a.py", "slack(\"xo", "xb-2401234567-abcdefghijklmnop\")")]
    [InlineData("a.tf", "access = \"AK", "IAQ3EGUQH4LK2JWZTB\"")]
    [InlineData("a.js", "const k = 'sk-a", "nt-api03-abcdefghijklmnopqrstuvwxyz'")]
    [InlineData("id", "-----BEGIN OPENSSH PRI", "VATE KEY-----")]
    [InlineData("a.cs", "Connect(\"postgres://shop:f00", "b4rX9@db:5432/shop\")")]
    [InlineData("package-lock.json", "\"resolved\": \"https://npm:s3cr", "etPw9@registry.example.org/x\"")]
    [InlineData("a.cs", "var apiKey = \"q8Zr2Lk9", "Vt3NpX7wYb5H\";")]
    [InlineData("a.json", "\"client_secret\": \"7Jf0sQ", "x2Lw9RtVbN4mKp\"")]
    [InlineData("a.yml", "db_password: Summer", "2024!xy")]
    [InlineData(".env", "TOKEN=f3a9c1d27b", "8e40569f3a9c1d27b8e405")]
    [InlineData("a.cs", "password = \"hunter2", "hunter2\"")]
    [InlineData("a.cs", "Environment.SetEnvironmentVariable(\"API_TOKEN\", \"q8Zr2Lk9V", "t3NpX7wYb5H\")")]
    [InlineData("a.cs", "headers.Add(\"Authorization\", \"Bearer q8Zr2Lk9V", "t3NpX7wYb5H0\")")]
    [InlineData("a.go", "secretKey := `q8Zr2Lk9V", "t3NpX7wYb5H`")]
    [InlineData("a.rb", ":access_key => 'q8Zr2Lk9V", "t3NpX7wYb5H'")]
    public void A_secret_is_found(string path, string line, string rest) => Assert.Contains("gate rule secrets", Refusal(path, line + rest), StringComparison.Ordinal);

    [Theory]
    [InlineData("a.cs", "var password = options.Password;")]
    [InlineData("a.cs", "this.token = token ?? throw new ArgumentNullException(nameof(token));")]
    [InlineData("a.cs", "private const string TokenHeader = \"X-Request-Token\";")]
    [InlineData("a.cs", "var key = $\"{tenant}:{user}:profile\";")]
    [InlineData("a.cs", "services.Configure<KeyOptions>(config.GetSection(\"Keys:Signing\"));")]
    [InlineData("a.cs", "[InternalsVisibleTo(\"X, PublicKey=0024000004800000940000000602000000240000525341310004000001000100\")]")]
    [InlineData("a.cs", "\"System.Core, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089\"")]
    [InlineData("a.cs", "var id = \"123e4567-e89b-12d3-a456-426614174000\"; // token")]
    [InlineData("a.cs", "string token = \"123e4567-e89b-12d3-a456-426614174000\";")]
    [InlineData("a.cs", "var commit = \"3f786850e387550fdab836ed7e6dc881de23001b\";")]
    [InlineData("a.cs", "var cacheKey = \"3f786850e387550fdab836ed7e6dc881de23001b\";")]
    [InlineData("test/a.cs", "var password = \"not-a-real-password\";")]
    [InlineData("test/a.cs", "const string Token = \"test-token-12345\";")]
    [InlineData("test/a.py", "API_KEY = 'correct horse battery staple'")]
    [InlineData("test/a.py", "secret = \"this-is-plainly-words\"")]
    [InlineData("a.yml", "password: ${DB_PASSWORD}")]
    [InlineData("a.yml", "password: {{ vault.db }}")]
    [InlineData("a.yml", "api_key: <your key here>")]
    [InlineData("a.yml", "token: changeme")]
    [InlineData("a.tf", "aws = \"AKIAIOSFODNN7EXAMPLE\"")]
    [InlineData("a.cs", "Connect(\"postgres://postgres:postgres@localhost/test\")")]
    [InlineData("a.sh", "git clone https://$USER:$TOKEN@example.org/x")]
    [InlineData("yarn.lock", "  integrity sha512-Z1VJUGdP6mVjYvQ9Jx7s4Q2mN0qkQ7D8yY5aB3xK9wLr1t==")]
    [InlineData("package-lock.json", "\"token-types\": \"sha512-Z1VJUGdP6mVjYvQ9Jx7s4Q2mN0qkQ7D8yY5aB3xK9wLr1t==\"")]
    [InlineData("a.json", "\"tokenHash\": \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"")]
    [InlineData("a.css", "@keyframes slide-in-from-left-2 { }")]
    [InlineData("a.md", "Press any key to continue; the keyboard layout is qwerty-2024")]
    [InlineData("a.cs", "Assert.Equal(\"monkey-business-42\", monkey: \"monkey-business-42\")")]
    public void What_is_none_passes(string path, string line) => Assert.Null(Refusal(path, line));

    [Fact]
    public void An_endless_line_is_looked_through_in_time() =>
        Assert.Null(Refusal("a.txt", string.Concat(Enumerable.Repeat("token=token:", 20_000))));

    private static string? Refusal(string path, string line) =>
        new Gate(new GateOptions { Allowed = ["*.lock", "package-lock.json"] }).Refusal($"diff --git a/{path} b/{path}\nindex 1..2 100644\n@@ -0,0 +1 @@\n+{line}\n", [new FileChange(path, 1, 0)], CodeOrigin.WrittenByModel);
}
