using Nightjar.Agents.Broker;
using Nightjar.Core.Evidence;
using Nightjar.Core.Memory;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Agents.Broker;

/// <summary>The log lines around the onset, as an agent asks for them.</summary>
public sealed class LogLinesTests
{
    [Fact]
    public async Task Lines_come_from_around_the_onset_by_number_or_by_what_they_say()
    {
        var evidence = Case.Evidence("X", "it failed");
        var lines = Enumerable.Range(0, 500).Select(i => new LoggedLine(evidence.Onset.AddSeconds(i - 250), i == 490 ? "pool exhausted password=hunter2" : $"line {i + 1} {new string('x', 900)}"));
        var brief = Case.Brief(null, evidence with { Logs = new LogDigest { From = evidence.Onset, To = evidence.TakenAt, Around = [.. lines] } });
        await using var lab = BrokerLab.Open(new EvidenceTools(brief, new Nothing(), new Nothing()).All);

        var (around, _) = await lab.CallAsync("log_lines", new() { ["lines"] = 10 });
        Assert.Contains("246 ", around, StringComparison.Ordinal);
        Assert.Contains("\n251 12:00:00 line 251", around, StringComparison.Ordinal);
        Assert.StartsWith("490 ", (await lab.CallAsync("log_lines", new() { ["from"] = 490, ["lines"] = 2 })).Text, StringComparison.Ordinal);
        var (found, _) = await lab.CallAsync("log_lines", new() { ["contains"] = "POOL EXHAUSTED" });
        Assert.StartsWith("491 12:04:00 pool exhausted password=[masked]", found, StringComparison.Ordinal);
        Assert.InRange((await lab.CallAsync("log_lines")).Text.Length, 1_000, 32_000);
        Assert.True((await lab.CallAsync("log_lines", new() { ["lines"] = 101 })).IsError);
        Assert.Equal("None is kept there.", (await lab.CallAsync("log_lines", new() { ["contains"] = "nowhere" })).Text);
    }

    private sealed class Nothing : IRates, IIncidentMemory
    {
        public Task AddAsync(IReadOnlyList<RateBucket> buckets, IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RateReading> ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<RateBucket>> SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RememberAsync(IncidentRecord record, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<IncidentRecord>> SimilarAsync(string hash, string service, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
