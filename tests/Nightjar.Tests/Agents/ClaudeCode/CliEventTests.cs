using Nightjar.Agents.ClaudeCode;
using Nightjar.Tests.Configuration;

namespace Nightjar.Tests.Agents.ClaudeCode;

public sealed class CliEventTests
{
    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("{\"type\":5}")]
    [InlineData("{\"type\":\"assistant\"}")]
    [InlineData("{\"type\":\"system\",\"subtype\":\"api_retry\"}")]
    public void Anything_else_decides_nothing(string line) => Assert.Null(CliEvent.Read(line));

    [Theory]
    [InlineData("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"}", false, "done")]
    [InlineData("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,\"result\":\"API Error\"}", true, "API Error")]
    [InlineData("{\"type\":\"result\",\"subtype\":\"success\"}", true, "")]
    [InlineData("{\"type\":\"result\",\"is_error\":\"no\",\"errors\":[\"a\",5,\"b\"]}", true, "a; b")]
    public void Only_a_result_that_says_that_it_is_no_error_is_none(string line, bool isError, string says)
    {
        var result = Assert.IsType<CliResult>(CliEvent.Read(line));

        Assert.Equal((isError, says), (result.IsError, result.Says));
    }

    [Fact]
    public void The_beginning_tells_the_tools_and_whether_ours_were_reached()
    {
        var started = Assert.IsType<CliStarted>(CliEvent.Read("""{"type":"system","subtype":"init","claude_code_version":"2.1.197","tools":["Read"],"mcp_servers":[{"name":"evil","status":"connected"},{"name":"nightjar","status":"failed"}]}"""));

        Assert.Equal(("2.1.197", "Read", "failed"), (started.Version, Assert.Single(started.Tools), started.Broker));
        Assert.Equal("absent", Assert.IsType<CliStarted>(CliEvent.Read("""{"type":"system","subtype":"init","mcp_servers":5}""")).Broker);
    }

    /// <summary>What the program really printed, where somebody kept it beside the source.</summary>
    [Fact]
    public void Samples_of_the_real_program_begin_and_end_as_expected()
    {
        var folder = Path.Combine(Yaml.RepositoryRoot(), "..", "shared", "reference", "stream-json");
        Assert.SkipWhen(!Directory.Exists(folder), "no samples are kept beside the source");
        foreach (var path in Directory.EnumerateFiles(folder, "*.jsonl").Where(p => !Path.GetFileName(p).StartsWith("control-", StringComparison.Ordinal)))
        {
            var events = File.ReadLines(path).Select(CliEvent.Read).OfType<CliEvent>().ToList();
            var name = Path.GetFileNameWithoutExtension(path);
            Assert.True(events.OfType<CliStarted>().All(s => s.Version == ClaudeCodeOptions.TestedVersion && s.Broker == "absent"), name);
            if (name.StartsWith("signal-stream", StringComparison.Ordinal))
            {
                Assert.Empty(events.OfType<CliResult>());
                continue;
            }

            var result = Assert.Single(events.OfType<CliResult>());
            Assert.True(result.IsError == (name is "error-401" or "error-500forever" or "error-malformed-html" or "json-schema-always-invalid" or "max-budget" or "max-turns" || name.StartsWith("signal", StringComparison.Ordinal)), $"{name}: {result}");
        }
    }
}
