using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Agents.Gateway;
using Nightjar.Core.Policy;

namespace Nightjar.Tests.Agents.Gateway;

/// <summary>What an agent may ask of the model, and what never leaves.</summary>
public sealed class LetThroughTests
{
    [Theory]
    [InlineData("GET", "/v1/messages")]
    [InlineData("HEAD", "/")]
    [InlineData("POST", "/v1/messages/count_tokens")]
    [InlineData("POST", "/v1/messages/batches")]
    [InlineData("POST", "/v1/files")]
    [InlineData("GET", "/v1/models")]
    [InlineData("POST", "/v1/messages/../files")]
    [InlineData("POST", "/V1/MESSAGES")]
    public async Task Only_the_messages_are_served_and_all_else_is_told(string method, string path)
    {
        await using var lab = await GatewayLab.OpenAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await lab.Http.SendAsync(request);

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(404, (await lab.OneCallAsync()).Status);
        Assert.Empty(lab.Upstream.Requests);
        Assert.Empty(lab.Upstream.Strays);
    }

    [Theory]
    [InlineData("claude-opus-4-8", "is not allowed here")]
    [InlineData("", "is not allowed here")]
    public async Task Another_model_is_refused_and_the_allowed_one_is_named(string model, string says)
    {
        await using var lab = await GatewayLab.OpenAsync();

        var (status, body) = await lab.AskAsync(b => b["model"] = model);

        Assert.Equal(403, status);
        Assert.Contains(says, body, StringComparison.Ordinal);
        Assert.Contains(GatewayLab.Model, body, StringComparison.Ordinal);
        Assert.Empty(lab.Upstream.Requests);
        Assert.Equal(0, await lab.SpentAsync());
    }

    [Theory]
    [InlineData("mcp_servers", "[]")]
    [InlineData("container", "\"c1\"")]
    [InlineData("speed", "\"fast\"")]
    [InlineData("anything_new", "1")]
    [InlineData("tools", """[{"type":"web_search_20250305","name":"web_search"}]""")]
    [InlineData("tools", """[{"type":"web_fetch_20250910","name":"web_fetch"}]""")]
    [InlineData("tools", """[{"type":"code_execution_20250825","name":"code_execution"}]""")]
    [InlineData("tools", """[{"name":"mine","input_schema":{}},{"type":"bash_20250124","name":"bash"}]""")]
    [InlineData("context_management", """{"edits":[{"type":"clear_tool_uses_20250919"}]}""")]
    [InlineData("context_management", """{"edits":[{"type":"clear_thinking_20251015","keep":{"type":"thinking_turns","value":1}}]}""")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://evil.example/?q=secret"}}]}]""")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"https://evil.example/?q=secret"}}]}]""")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}]""")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"url","url":"https://evil.example"}}]}}]}]""")]
    [InlineData("messages", """[{"role":"user","content":[{"type":"container_upload","file_id":"f"}]}]""")]
    [InlineData("messages", """[{"role":"user","content":[{"type":5}]}]""")]
    [InlineData("model", "5")]
    [InlineData("max_tokens", "\"many\"")]
    [InlineData("max_tokens", "1e400")]
    [InlineData("stream", "\"yes\"")]
    public async Task What_only_the_providers_machines_would_do_and_what_is_unknown_is_refused(string field, string json)
    {
        await using var lab = await GatewayLab.OpenAsync();

        var (status, body) = await lab.AskAsync(b => b[field] = JsonNode.Parse(json));

        Assert.Equal(403, status);
        Assert.Equal("permission_error", (string?)JsonNode.Parse(body)?["error"]?["type"]);
        Assert.Empty(lab.Upstream.Requests);
        Assert.Equal(0, await lab.SpentAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("""{"model":"claude-sonnet-4-6","model":"claude-opus-4-8","max_tokens":5,"messages":[]}""")]
    public async Task A_body_that_is_no_request_is_refused(string body)
    {
        await using var lab = await GatewayLab.OpenAsync();

        Assert.Equal(403, (await lab.SendAsync(body)).Status);
        Assert.Equal(403, (await lab.OneCallAsync()).Status);
        Assert.Empty(lab.Upstream.Requests);
    }

    [Fact]
    public async Task A_body_of_a_depth_that_no_request_has_is_refused()
    {
        await using var lab = await GatewayLab.OpenAsync();

        Assert.Equal(403, (await lab.SendAsync($$"""{"model":"{{GatewayLab.Model}}","system":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}""")).Status);
        Assert.Empty(lab.Upstream.Requests);
    }

    [Fact]
    public async Task A_body_of_more_than_32_MB_is_refused()
    {
        await using var lab = await GatewayLab.OpenAsync();
        var large = new byte[GatewayDoor.LargestRequest + 1];
        large.AsSpan().Fill((byte)' ');
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new ByteArrayContent(large), Headers = { ExpectContinue = true } };

        using var answer = await lab.Http.SendAsync(request);

        Assert.Equal(413, (int)answer.StatusCode);
        Assert.Contains("request_too_large", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(lab.Upstream.Requests);
    }

    [Fact]
    public async Task What_the_journal_gets_of_a_hostile_request_is_short_and_one_line()
    {
        await using var lab = await GatewayLab.OpenAsync();

        await lab.AskAsync(b => b["model"] = $"a\n{new string('m', 100_000)}");

        var call = await lab.OneCallAsync();
        Assert.True(call.Model.Length + call.Says.Length < 600, $"{call.Model.Length} and {call.Says.Length} characters");
        Assert.DoesNotContain('\n', call.Model + call.Says);
    }

    [Fact]
    public async Task More_output_and_more_thinking_than_allowed_becomes_what_is_allowed()
    {
        await using var lab = await GatewayLab.OpenAsync(rules: r => r with { MostOutput = 4_000 });

        await lab.AskAsync(b =>
        {
            b["max_tokens"] = 64_000;
            b["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 31_999 };
        });
        await lab.AskAsync(b =>
        {
            b["max_tokens"] = 1_024;
            b["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 31_999 };
        });
        await lab.AskAsync(b => b.Remove("max_tokens"));
        await lab.AskAsync(b => b["max_tokens"] = -5);

        var bodies = lab.Upstream.Requests.Select(r => r.Body).ToList();
        Assert.Equal([4_000, 1_024, 4_000, 1], bodies.Select(b => (long?)b["max_tokens"] ?? 0));
        Assert.Equal(3_999, (long?)bodies[0]["thinking"]?["budget_tokens"]);
        Assert.Null(bodies[1]["thinking"]);
    }

    [Fact]
    public async Task The_key_is_added_here_and_nothing_of_the_agents_own_is_passed_on()
    {
        await using var lab = await GatewayLab.OpenAsync();

        await lab.SendAsync(
            GatewayLab.Request().ToJsonString(), "/v1/messages?beta=true&evil=1",
            ("x-api-key", "the-agents"), ("authorization", "Bearer the-agents"), ("cookie", "c=1"), ("x-forwarded-for", "1.2.3.4"), ("x-claude-code-session-id", "s"),
            ("anthropic-version", "2023-06-01"), ("anthropic-beta", "claude-code-20250219, context-1m-2025-08-07,effort-2025-11-24"), ("x-app", "cli"));

        var sent = Assert.Single(lab.Upstream.Requests).Headers;
        Assert.Equal(GatewayLab.Key, sent["x-api-key"]);
        Assert.Equal("2023-06-01", sent["anthropic-version"]);
        Assert.Equal("claude-code-20250219,effort-2025-11-24", sent["anthropic-beta"]);
        Assert.Equal("cli", sent["x-app"]);
        Assert.DoesNotContain(sent, h => h.Value.Contains("the-agents", StringComparison.Ordinal));
        Assert.DoesNotContain(sent.Keys, k => k is "authorization" or "cookie" or "x-forwarded-for" or "x-claude-code-session-id");
    }

    [Fact]
    public async Task A_PDF_is_left_out_and_a_picture_counts_as_much_as_a_picture_can()
    {
        await using var lab = await GatewayLab.OpenAsync(rules: r => r with { Caps = new SpendCaps { Run = 0.05m } });
        static JsonNode? Content(string type) => JsonNode.Parse("""[{"role":"user","content":[{"type":"TYPE","source":{"type":"base64","media_type":"x/y","data":"AAAA"}}]}]""".Replace("TYPE", type, StringComparison.Ordinal));

        var (pdf, _) = await lab.AskAsync(b => b["messages"] = Content("document"));
        var (picture, _) = await lab.AskAsync(b => b["messages"] = JsonNode.Parse(Content("image")?.ToJsonString() ?? ""));
        var (many, refusal) = await lab.AskAsync(b => b["messages"] = new JsonArray([.. Enumerable.Range(0, 4).Select(_ => Content("image")?[0]?.DeepClone())]));

        Assert.Equal((200, 200, 403), (pdf, picture, many));
        Assert.Contains("the cap", refusal, StringComparison.Ordinal);
        var told = lab.Upstream.Requests.First().Body.ToJsonString();
        Assert.DoesNotContain("AAAA", told, StringComparison.Ordinal);
        Assert.Contains("Here was a PDF", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Letters_of_other_languages_are_not_counted_six_times()
    {
        await using var lab = await GatewayLab.OpenAsync();
        var words = string.Concat(Enumerable.Repeat("время ", 1_000));

        await lab.AskAsync(b => b["system"] = words);

        Assert.True(MessageRequest.Read(Encoding.UTF8.GetBytes(GatewayLab.Request(b => b["system"] = words).ToJsonString()), new GatewayRules { Models = [GatewayLab.Model] }).Body.Length < Encoding.UTF8.GetByteCount(words) + 300);
        Assert.Equal(words, (string?)Assert.Single(lab.Upstream.Requests).Body["system"]);
    }
}
