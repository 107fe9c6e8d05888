using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Agents.Broker;
using Nightjar.Core.Incidents;

namespace Nightjar.Tests.Agents.Broker;

public sealed class ToolBrokerTests
{
    [Fact]
    public async Task It_lists_its_tools_with_their_schemas_and_nothing_else()
    {
        await using var lab = BrokerLab.Open([Echo, Says("other", "x")]);
        await using var client = await lab.ClientAsync();

        var tools = await client.ListToolsAsync();

        Assert.Equal(["echo", "other"], tools.Select(t => t.Name));
        Assert.Equal("text", Assert.Single(tools[0].JsonSchema.GetProperty("properties").EnumerateObject()).Name);
        Assert.False(tools[0].JsonSchema.GetProperty("additionalProperties").GetBoolean());
        Assert.Null(client.ServerCapabilities.Resources);
        Assert.Null(client.ServerCapabilities.Prompts);
    }

    [Fact]
    public async Task A_tool_that_is_not_there_is_refused_and_told()
    {
        await using var lab = BrokerLab.Open([Echo]);

        Assert.Equal(("There is no such tool. There are: echo.", true), await lab.CallAsync("merge"));

        Assert.Equal(("merge", true), (Assert.Single(lab.Told).Tool, lab.Told.Single().IsError));
    }

    [Fact]
    public async Task Every_fault_of_the_arguments_is_told_at_once()
    {
        var tool = new BrokerTool("many", "", BrokerTool.Takes(["a", "b", "c", "d", "e"]), (arguments, _) => Task.FromResult(arguments.Read(new BrokerSchema(["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"]), a =>
            $"{a.Words("a", 5)}{a.Number("b", 0, 1)}{a.Whole("c", 1, 9)}{a.Texts("d", 2, 3).Length}{a.Words("e", 5)}")));
        await using var lab = BrokerLab.Open([tool]);

        var (text, isError) = await lab.CallAsync("many", new JsonObject { ["a"] = "too long", ["b"] = "0.5", ["c"] = 1.5, ["d"] = new JsonArray("x", 5), ["extra"] = 1 });

        Assert.True(isError);
        Assert.Equal("Not accepted. extra: there is no such argument; e: is missing; a: must be a text of at most 5 characters; b: must be a number from 0 to 1; c: must be a whole number; d: must be a list of at most 2 texts of at most 3 characters.", text);
    }

    [Fact]
    public async Task Secrets_are_masked_before_an_answer_is_cut()
    {
        const string Key = "sk-ant-0123456789abcdefghijklmnopqrstuvwxyz";
        await using var lab = BrokerLab.Open([Says("log", $"{new string('x', 29_980)} {Key} {new string('y', 50_000)}"), Echo]);

        var (text, _) = await lab.CallAsync("log");
        await lab.CallAsync("echo", new JsonObject { ["text"] = $"password: hunter2 and {Key}" });

        Assert.DoesNotContain("sk-ant", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 30_000, 30_100);
        Assert.EndsWith("ask for less at once.", text, StringComparison.Ordinal);
        Assert.DoesNotContain(lab.Told, c => c.Arguments.Contains("hunter2", StringComparison.Ordinal) || c.Arguments.Contains("sk-ant", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_two_hundred_calls_it_is_over()
    {
        await using var lab = BrokerLab.Open([Says("other", "x")]);
        await using var client = await lab.ClientAsync();
        for (var i = 0; i < 200; i++)
        {
            Assert.NotEqual(true, (await client.CallToolAsync("other")).IsError);
        }

        Assert.True((await client.CallToolAsync("other")).IsError);
    }

    [Fact]
    public async Task Arguments_that_are_too_long_are_refused()
    {
        await using var lab = BrokerLab.Open([Echo]);

        Assert.True((await lab.CallAsync("echo", new JsonObject { ["text"] = new string('x', 200_000) })).IsError);
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData("{\n")]
    [InlineData("[]\n[1]\nnull\n5\n")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":5}\n")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"\\ud800\"}}}\n")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{}}\n\0\0\0")]
    public async Task Garbage_ends_at_most_its_own_connection(string garbage)
    {
        await using var lab = BrokerLab.Open([Echo]);
        await using (var stream = await lab.ConnectAsync())
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(garbage));
        }

        Assert.Equal(("hello", false), await lab.CallAsync("echo", new JsonObject { ["text"] = "hello" }));
    }

    [Fact]
    public async Task A_tool_that_fails_says_so_and_the_next_one_works()
    {
        await using var lab = BrokerLab.Open([new BrokerTool("bad", "", BrokerTool.Takes([]), (_, _) => throw new InvalidOperationException("the disk is gone")), Echo]);

        Assert.Equal(("This cannot be looked at now: the disk is gone", true), await lab.CallAsync("bad"));
        Assert.False((await lab.CallAsync("echo", new JsonObject { ["text"] = "hello" })).IsError);
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_not_answered()
    {
        await using var lab = BrokerLab.Open([Says("log", "what was seen")], _ => throw new StoreUnavailableException("the disk is full"));

        var (text, isError) = await lab.CallAsync("log");

        Assert.True(isError);
        Assert.DoesNotContain("what was seen", text, StringComparison.Ordinal);
    }

    private static BrokerTool Echo => new("echo", "Says it again.", BrokerTool.Takes(["text"], ("text", BrokerTool.Text("what", 500_000))), (a, _) => Task.FromResult(a.Words("text", 500_000)));

    private static BrokerTool Says(string name, string text) => new(name, "", BrokerTool.Takes([]), (_, _) => Task.FromResult(text));
}
