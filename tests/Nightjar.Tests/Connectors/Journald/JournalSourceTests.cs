using System.Collections.Immutable;
using System.Text;
using Nightjar.Connectors.Journald;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Connectors.Journald;

/// <summary>The program that prints the journal, and what it may do to whoever reads it. The stand-in is a shell script.</summary>
public sealed class JournalSourceTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-journal-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_for_what_comes_after_the_cursor_and_kills_the_program_when_it_is_stopped()
    {
        var source = Source("""
            echo "$@" > "$0.args"; echo $$ > "$0.pid"
            echo '{"__CURSOR":"s=1;i=5","MESSAGE":"fifth"}'
            exec sleep 600
            """);
        await using (var reader = Follow(source, "s=1;i=4"))
        {
            Assert.True(await reader.MoveNextAsync());
            Assert.Equal("fifth", Encoding.UTF8.GetString(reader.Current.Lines[0].Span));
        }

        var arguments = File.ReadAllText(Script + ".args").Trim();
        Assert.EndsWith("--unit=shop.service --unit=db.service --follow --no-tail --after-cursor=s=1;i=4", arguments, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(Script + ".pid").Trim()}"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("x' ; rm -rf /")]
    [InlineData("--file=/etc/passwd")]
    public async Task Without_a_cursor_that_can_be_one_it_begins_now(string? cursor)
    {
        var source = Source("""
            echo "$@" > "$0.args"
            echo '{"__CURSOR":"s=1;i=5","MESSAGE":"fifth"}'
            exec sleep 600
            """);
        await using var reader = Follow(source, cursor);
        Assert.True(await reader.MoveNextAsync());

        Assert.Matches(@" --follow --no-tail --since=@[0-9]+\.[0-9]{3}$", File.ReadAllText(Script + ".args").Trim());
    }

    [Fact]
    public async Task A_program_that_ends_is_a_fault_with_its_own_words()
    {
        var fault = await Assert.ThrowsAsync<IOException>(async () => await Follow(Source("echo 'Failed to open journal: Permission denied' >&2; exit 1"), null).MoveNextAsync());

        Assert.Equal("journalctl ended with exit code 1: Failed to open journal: Permission denied", fault.Message);
    }

    [Fact]
    public async Task A_machine_without_the_program_is_told_by_the_source_and_by_check()
    {
        var options = new JournalOptions { Program = Path.Combine(folder.FullName, "nowhere") };
        var fault = await Assert.ThrowsAsync<IOException>(async () => await Follow(new JournalSource(new ServiceName("shop"), ["shop.service"], options, TimeProvider.System), null).MoveNextAsync());
        Assert.Contains("cannot be started", fault.Message, StringComparison.Ordinal);

        var check = await JournalRoom.CheckAsync(["shop.service"], options, Token);
        Assert.Contains("cannot be started", check?.Says, StringComparison.Ordinal);
        Assert.Contains("systemd", check?.WhatToDo, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'Hint: You are currently not seeing messages from other users and the system.' >&2", "this user does not see the messages of system units")]
    [InlineData("echo 'Failed to add filter for units: No data available' >&2; exit 1", "no unit of the journal matches yet")]
    [InlineData("exit 0", "the journal has no message of it yet")]
    [InlineData("echo '{}'", null)]
    public async Task Check_tells_what_keeps_the_journal_from_being_read(string script, string? says) =>
        Assert.Equal(says, (await JournalRoom.CheckAsync(["shop.service"], Options(script), Token))?.Says);

    [Fact]
    public async Task A_pattern_without_units_waits_and_is_looked_up_anew()
    {
        var source = new JournalSource(new ServiceName("shop"), ["shop@*.service"], Options("""
            if [ -f "$0.ran" ]; then echo '{"__CURSOR":"s=1;i=5","MESSAGE":"fifth"}'; exec sleep 600; fi
            touch "$0.ran"; echo 'Failed to add filter for units: No data available' >&2; exit 1
            """) with { LookUpEvery = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
        await using var reader = Follow(source, null);

        Assert.True(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task Noise_and_an_entry_without_end_are_passed_over()
    {
        var source = Source("""
            echo 'not json'; printf '\000\377\n'; echo
            head -c 3000000 /dev/zero | tr '\000' 'x'; echo
            printf '{"__CURSOR":"s=1;i=1","MESSAGE":"'; head -c 900000 /dev/zero | tr '\000' 'y'; echo '"}'
            echo '{"__CURSOR":"s=1;i=2","MESSAGE":"after"}'
            exec sleep 600
            """);
        await using var reader = Follow(source, null);

        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(900_000, reader.Current.Lines[0].Length);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("after", Encoding.UTF8.GetString(reader.Current.Lines[0].Span));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string Script => Path.Combine(folder.FullName, "journalctl");

    private JournalSource Source(string script) => new(new ServiceName("shop"), ["shop.service", "db.service"], Options(script), TimeProvider.System);

    private JournalOptions Options(string script)
    {
        File.WriteAllText(Script, script);
        return new JournalOptions { Program = "/bin/sh", Arguments = [Script] };
    }

    private static IAsyncEnumerator<LineBatch> Follow(JournalSource source, string? cursor) =>
        source.FollowAsync(cursor is null ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("", cursor), Token).GetAsyncEnumerator(Token);
}
