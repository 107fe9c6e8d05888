using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nightjar.Agents.Gateway;
using Nightjar.Configuration;
using Nightjar.Core.Policy;
using Nightjar.Hosting;
using Nightjar.Testing;

namespace Nightjar.Tests.Agents.Gateway;

/// <summary>The key, or the token of a signed-in program.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-access-");
    private readonly FakeClock clock = new();

    private string Path => System.IO.Path.Combine(folder.FullName, "credentials.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_key_that_is_gone_or_changed_in_its_file_is_noticed_at_once()
    {
        File.WriteAllText(Path, "sk-one\n");
        var options = new AgentOptions { Key = new Secret("sk-one", Path) };
        await using var lab = await GatewayLab.OpenAsync(access: new ApiKey($"the file {Path}", () => AgentSetup.Key(options)));

        await lab.AskAsync();
        File.WriteAllText(Path, "sk-two\n");
        await lab.AskAsync();
        File.Delete(Path);
        var (status, body) = await lab.AskAsync();

        Assert.Equal(["sk-one", "sk-two"], lab.Upstream.Requests.Select(r => r.Headers["x-api-key"]));
        Assert.Equal(401, status);
        Assert.Contains("agent.kind", body, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("kéy")]
    public async Task What_cannot_be_a_key_is_not_sent(string key)
    {
        await using var lab = await GatewayLab.OpenAsync(access: new ApiKey("the test", () => key));

        Assert.Equal(401, (await lab.AskAsync()).Status);
        Assert.Empty(lab.Upstream.Requests);
        Assert.Equal(0, await lab.SpentAsync());
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_ends_and_written_back_for_the_owner_alone()
    {
        await using var tokens = await TokenEndpoint.StartAsync();
        Write(expires: clock.Now.AddMinutes(4));
        File.WriteAllText($"{Path}.nightjar", "left behind, for all to read");
        using var http = new HttpClient();
        using var access = new OAuthCredentials(Path, tokens.Address, http, clock);

        Assert.Equal("Bearer new-1", await HeaderAsync(access));
        Assert.Equal("Bearer new-1", await HeaderAsync(access));

        var asked = Assert.Single(tokens.Asked);
        Assert.Equal(("refresh_token", "refresh-0"), ((string?)asked["grant_type"], (string?)asked["refresh_token"]));
        var section = JsonNode.Parse(File.ReadAllText(Path))?["claudeAiOauth"];
        Assert.Equal(("new-1", "refresh-1"), ((string?)section?["accessToken"], (string?)section?["refreshToken"]));
        Assert.Equal(clock.Now.AddHours(8).ToUnixTimeMilliseconds(), (long?)section?["expiresAt"]);
        Assert.Equal("max", (string?)section?["subscriptionType"]);
        Assert.Equal("kept", (string?)JsonNode.Parse(File.ReadAllText(Path))?["other"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path));
        Assert.False(File.Exists($"{Path}.nightjar"));
    }

    [Fact]
    public async Task A_token_that_lasts_is_used_as_it_is()
    {
        await using var tokens = await TokenEndpoint.StartAsync();
        Write(expires: clock.Now.AddMinutes(6));
        using var http = new HttpClient();
        using var access = new OAuthCredentials(Path, tokens.Address, http, clock);

        Assert.Equal("Bearer old", await HeaderAsync(access));
        Assert.Empty(tokens.Asked);
    }

    [Fact]
    public async Task Many_calls_at_once_renew_once()
    {
        await using var tokens = await TokenEndpoint.StartAsync();
        Write(expires: clock.Now);
        using var http = new HttpClient();
        using var access = new OAuthCredentials(Path, tokens.Address, http, clock);

        var headers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => HeaderAsync(access)));

        Assert.All(headers, h => Assert.Equal("Bearer new-1", h));
        Assert.Single(tokens.Asked);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant"}""", "(400)")]
    [InlineData(500, "", "(500)")]
    [InlineData(200, "garbage", "could not be renewed")]
    [InlineData(200, "{}", "holds none")]
    [InlineData(200, """{"access_token":""}""", "holds none")]
    [InlineData(200, """{"access_token":5}""", "could not be renewed")]
    [InlineData(200, """{"access_token":"a","expires_in":"soon"}""", "could not be renewed")]
    public async Task A_renewal_that_fails_says_what_to_do_and_leaves_the_file(int status, string body, string says)
    {
        await using var tokens = await TokenEndpoint.StartAsync(status, body);
        Write(expires: clock.Now);
        var before = File.ReadAllText(Path);
        using var http = new HttpClient();
        using var access = new OAuthCredentials(Path, tokens.Address, http, clock);

        var e = await Assert.ThrowsAsync<ModelAccessException>(() => HeaderAsync(access));

        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("refresh-0", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path));
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "cannot be read")]
    [InlineData("{", "cannot be read")]
    [InlineData("[]", "claudeAiOauth.accessToken")]
    [InlineData("""{"claudeAiOauth":{"accessToken":5}}""", "claudeAiOauth.accessToken")]
    [InlineData("""{"claudeAiOauth":{"accessToken":"a"},"claudeAiOauth":{}}""", "cannot be read")]
    [InlineData("""{"claudeAiOauth":{"accessToken":"a","expiresAt":1}}""", "sign in with claude again")]
    public async Task A_file_that_is_no_use_says_what_to_do(string? text, string says)
    {
        if (text is not null)
        {
            File.WriteAllText(Path, text);
        }

        using var http = new HttpClient();
        using var access = new OAuthCredentials(Path, new Uri("http://127.0.0.1:1"), http, clock);

        Assert.Contains(says, (await Assert.ThrowsAsync<ModelAccessException>(() => HeaderAsync(access))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_of_the_signed_in_program_is_looked_for_in_the_home_of_the_user() =>
        Assert.True(System.IO.Path.IsPathRooted(new AgentOptions().Credentials), new AgentOptions().Credentials);

    private static async Task<string> HeaderAsync(OAuthCredentials access)
    {
        using var request = new HttpRequestMessage();
        await access.AddToAsync(request, CancellationToken.None);
        return Assert.Single(request.Headers.GetValues("Authorization"));
    }

    private void Write(DateTimeOffset expires) => File.WriteAllText(Path, new JsonObject
    {
        ["claudeAiOauth"] = new JsonObject { ["accessToken"] = "old", ["refreshToken"] = "refresh-0", ["expiresAt"] = expires.ToUnixTimeMilliseconds(), ["subscriptionType"] = "max" },
        ["other"] = "kept",
    }.ToJsonString());

    /// <summary>A stand-in for where tokens are renewed.</summary>
    private sealed class TokenEndpoint(WebApplication app, List<JsonObject> asked) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.First());

        public List<JsonObject> Asked => asked;

        public static async Task<TokenEndpoint> StartAsync(int status = 200, string? body = null)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var asked = new List<JsonObject>();
            app.Run(async context =>
            {
                asked.Add((await JsonNode.ParseAsync(context.Request.Body))?.AsObject() ?? []);
                context.Response.StatusCode = status;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(body ?? $$"""{"access_token":"new-{{asked.Count}}","refresh_token":"refresh-{{asked.Count}}","expires_in":28800}""");
            });
            await app.StartAsync();
            return new TokenEndpoint(app, asked);
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
