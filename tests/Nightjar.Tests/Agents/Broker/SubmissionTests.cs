using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Nightjar.Agents.Broker;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Agents.Broker;

/// <summary>How a phase ends: what can be looked up is looked up.</summary>
public sealed class SubmissionTests
{
    private readonly FindingTool finding;
    private readonly string suspect;

    public SubmissionTests()
    {
        (var code, suspect) = Case.Simple(Case.Onset.AddHours(-1));
        finding = new FindingTool(Case.Brief(code, Case.Evidence("Overflow", "too much")), "a test", [new Quote("E1", "log", "x"), new Quote("E2", "blame", "y")]);
    }

    [Theory]
    [InlineData("file", "\"no/such.py\"", "file: there is no such text file")]
    [InlineData("file", "\"../../etc/passwd\"", "file: there is no such text file")]
    [InlineData("line", "5", "line: the file has 4 lines")]
    [InlineData("line", "0", "line: must be a number from 1")]
    [InlineData("line", "1e30", "line: must be a number from 1")]
    [InlineData("suspect_commit", "\"ffffffffff\"", "suspect_commit: there is no such commit")]
    [InlineData("suspect_commit", "\"0000\"", "suspect_commit: there is no such commit")]
    [InlineData("suspect_commit", "\"--all\"", "suspect_commit: there is no such commit")]
    [InlineData("evidence_ids", "[\"E1\",\"E9\"]", "evidence_ids: there is no evidence E9; there is E1, E2")]
    [InlineData("evidence_ids", "\"E1\"", "evidence_ids: must be a list")]
    [InlineData("confidence", "1.01", "confidence: must be a number from 0 to 1")]
    [InlineData("confidence", "-0.1", "confidence: must be a number from 0 to 1")]
    [InlineData("confidence", "\"high\"", "confidence: must be a number from 0 to 1")]
    [InlineData("root_cause", "\"  \"", "root_cause: must not be empty")]
    [InlineData("root_cause", "null", "root_cause: must not be empty")]
    [InlineData("mitigation_action", "\"exec\"", "mitigation_action: there is no action exec; there is restart")]
    [InlineData("mitigation_action", "\"sh -c 'reboot'\"", "mitigation_action: there is no action sh -c 'reboot'")]
    [InlineData("mitigation_action", "[\"restart\"]", "mitigation_action: must be a text")]
    public async Task A_finding_that_does_not_hold_is_refused_and_may_be_mended(string field, string json, string says)
    {
        await using var lab = BrokerLab.Open([finding.Tool]);

        var (text, isError) = await lab.CallAsync("submit_finding", Finding(f => f[field] = JsonNode.Parse(json)));

        Assert.True(isError);
        Assert.Contains(says, text, StringComparison.Ordinal);
        Assert.Equal((null, 1), (finding.Accepted, finding.Refused));
        Assert.False((await lab.CallAsync("submit_finding", Finding())).IsError);
    }

    [Fact]
    public async Task A_finding_that_holds_is_accepted_once()
    {
        await using var lab = BrokerLab.Open([finding.Tool]);

        Assert.Equal(("Accepted. Stop here.", false), await lab.CallAsync("submit_finding", Finding()));
        Assert.False((await lab.CallAsync("submit_finding", Finding(f => f["root_cause"] = "another"))).IsError);

        Assert.Equal("it overflows", finding.Accepted?.RootCause);
        Assert.Equal(new CodePlace("sum.py", 4, null), finding.Accepted?.Place);
        Assert.Equal(suspect, finding.Accepted?.Suspect?.Sha);
        Assert.Equal("E2", Assert.Single(finding.Accepted?.Evidence ?? []).Id);
    }

    [Fact]
    public async Task One_action_of_the_list_may_be_wished_for_a_workload_of_the_incident_and_for_no_other()
    {
        await using var lab = BrokerLab.Open([finding.Tool]);
        var (text, isError) = await lab.CallAsync("submit_finding", Finding(f => (f["mitigation_action"], f["mitigation_workload"]) = ("restart", "container/of-another-service")));
        Assert.True(isError);
        Assert.Contains("mitigation_action: container/of-another-service is no workload of this incident; there is none", text, StringComparison.Ordinal);

        Assert.False((await lab.CallAsync("submit_finding", Finding(f => (f["mitigation_action"], f["mitigation_why"]) = ("restart", "the pool is stuck")))).IsError);
        Assert.Equal(new Mitigation("restart", null, "the pool is stuck"), finding.Accepted?.Mitigation);
    }

    [Fact]
    public async Task A_change_needs_a_changed_file()
    {
        var clone = new Clone();
        var tools = new ChangeTools(Service(), clone, new Checks());
        await using var lab = BrokerLab.Open(tools.All);

        Assert.Contains("No file was changed", (await lab.CallAsync("submit_change", Change())).Text, StringComparison.Ordinal);
        clone.Changed = [new FileChange("a", 1, 0)];
        Assert.False((await lab.CallAsync("submit_change", Change())).IsError);

        Assert.Equal(1, tools.Refused);
        Assert.Equal(CodeOrigin.WrittenByModel, tools.Accepted?.Origin);
    }

    [Fact]
    public async Task The_check_can_be_run_eight_times()
    {
        var checks = new Checks();
        await using var lab = BrokerLab.Open(new ChangeTools(Service(), new Clone(), checks).All);
        for (var i = 0; i < 8; i++)
        {
            Assert.False((await lab.CallAsync("run_check")).IsError);
        }

        Assert.True((await lab.CallAsync("run_check")).IsError);
        Assert.True((await lab.CallAsync("run_check", new JsonObject { ["command"] = "touch x" })).IsError);
        Assert.Equal(Enumerable.Repeat(CodeOrigin.WrittenByModel, 8), checks.Origins);
    }

    private static Service Service() => new() { Name = new ServiceName("shop"), Check = new CheckCommand("true") };

    private static JsonObject Change() => new() { ["subject"] = "fix: it", ["summary"] = "s", ["tests"] = "none", ["risk"] = "none" };

    private JsonObject Finding(Action<JsonObject>? change = null)
    {
        var given = new JsonObject { ["root_cause"] = "it overflows", ["file"] = "sum.py", ["line"] = 4, ["suspect_commit"] = suspect[..10], ["confidence"] = 0.8, ["evidence_ids"] = new JsonArray("E2"), ["ruled_out"] = new JsonArray(), ["missing"] = new JsonArray() };
        change?.Invoke(given);
        return given;
    }

    private sealed class Checks : IServiceCheck
    {
        public List<CodeOrigin> Origins { get; } = [];

        public Task<CheckResult> RunAsync(Service service, string clonePath, CodeOrigin origin, CancellationToken cancellationToken)
        {
            Origins.Add(origin);
            return Task.FromResult(new CheckResult(true, 0, TimeSpan.Zero, "none", "fine"));
        }
    }

    private sealed class Clone : IPrivateClone
    {
        public ImmutableArray<FileChange> Changed { get; set; } = [];

        public string Path => "/nowhere";

        public string Branch => "b";

        public Task<ImmutableArray<FileChange>> ChangedFilesAsync(CancellationToken cancellationToken) => Task.FromResult(Changed);

        public Task<string> HeadAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<CommitFacts>> LogAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> TryRevertAsync(string sha, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ApplyAsync(string diff, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> DiffAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ResetAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> CommitAsync(string message, DateTimeOffset at, bool allowEmpty, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteAsync(string path, string text, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task PushAsync(string? expected, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
