using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Investigation;

namespace Nightjar.Tests.Agents;

public sealed class RevertProposalTests
{
    private static readonly SuspectCommit Commit = new("1a2b3c4d5e6f", "Ann", Case.Onset, "Make \"it\"\nfaster `now`");

    [Fact]
    public async Task A_clean_revert_is_proposed_with_its_reason()
    {
        var clone = new FakeClone { Applies = true };

        var attempt = await ProposeAsync(clone, Finding(0.9));

        Assert.Equal(Commit.Sha, clone.Reverted);
        Assert.Equal("fix: revert 1a2b3c4d \"Make 'it' faster `now`\"", attempt.Change?.Subject);
        Assert.Equal(CodeOrigin.HeldByRepository, attempt.Change?.Origin);
        Assert.Contains("0.90", attempt.Change?.Summary, StringComparison.Ordinal);
        Assert.Contains("applied cleanly", Assert.Single(attempt.Tried), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revert_that_conflicts_is_no_change()
    {
        var attempt = await ProposeAsync(new FakeClone { Applies = false }, Finding(0.9));

        Assert.Null(attempt.Change);
        Assert.Contains("does not apply cleanly", attempt.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revert_that_changes_nothing_is_no_change()
    {
        var attempt = await ProposeAsync(new FakeClone { Applies = true, IsEmpty = true }, Finding(0.9));

        Assert.Null(attempt.Change);
        Assert.Contains("undone already", attempt.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.49, true)]
    [InlineData(0.9, false)]
    public async Task Without_a_confident_suspect_nothing_is_touched(double confidence, bool hasSuspect)
    {
        var clone = new FakeClone { Applies = true };

        var attempt = await ProposeAsync(clone, Finding(confidence) with { Suspect = hasSuspect ? Commit : null });

        Assert.Null(attempt.Change);
        Assert.Null(clone.Reverted);
    }

    private static Finding Finding(double confidence) => new() { By = "built-in", RootCause = "It broke.", Confidence = confidence, Suspect = Commit };

    private static Task<ProposalAttempt> ProposeAsync(IPrivateClone clone, Finding finding) =>
        new BuiltInInvestigator(NullLogger<BuiltInInvestigator>.Instance).ProposeAsync(Case.Brief(null, Case.Evidence("E", "m")), finding, clone, CancellationToken.None);

    private sealed class FakeClone : IPrivateClone
    {
        public bool Applies { get; init; }

        public bool IsEmpty { get; init; }

        public string? Reverted { get; private set; }

        public string Path => "/nowhere";

        public string Branch => "main";

        public Task<bool> TryRevertAsync(string sha, CancellationToken cancellationToken)
        {
            Reverted = sha;
            return Task.FromResult(Applies);
        }

        public Task<ImmutableArray<FileChange>> ChangedFilesAsync(CancellationToken cancellationToken) =>
            Task.FromResult<ImmutableArray<FileChange>>(IsEmpty ? [] : [new FileChange("a.cs", 1, 1)]);

        public Task<string> HeadAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> DiffAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ResetAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ApplyAsync(string diff, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<CommitFacts>> LogAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> CommitAsync(string message, DateTimeOffset at, bool allowEmpty, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteAsync(string path, string text, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task PushAsync(string? expected, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
