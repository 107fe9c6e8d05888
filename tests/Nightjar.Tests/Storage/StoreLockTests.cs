using System.Diagnostics;
using System.Text.Json;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Storage;

public sealed class StoreLockTests : SqliteRoom
{
    [Fact]
    public async Task A_second_one_is_refused_and_told_who_was_first()
    {
        await using var first = await OpenAsync();
        first.Announce("http://127.0.0.1:7777", "1.2.3");
        var since = Clock.Now;
        Clock.Advance(TimeSpan.FromHours(1));

        var refused = await Assert.ThrowsAsync<StoreInUseException>(OpenAsync);

        Assert.Equal(new StoreHolder(Environment.ProcessId, "http://127.0.0.1:7777", since, "1.2.3"), refused.Holder);
        Assert.All([$"process {Environment.ProcessId}", "http://127.0.0.1:7777", "2026-05-19 21:00:00"], word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_holder_is_told_to_people_in_a_file_and_only_while_it_holds()
    {
        Assert.Null(SqliteStore.FindHolder(StorePath));
        await using (var store = await OpenAsync())
        {
            store.Announce("http://127.0.0.1:1", "1");

            Assert.Equal("http://127.0.0.1:1", SqliteStore.FindHolder(StorePath)?.Url);
            using var json = JsonDocument.Parse(File.ReadAllText(StorePath + ".daemon.json"));
            Assert.Equal(["pid", "url", "startedAt", "version"], json.RootElement.EnumerateObject().Select(p => p.Name));
        }

        Assert.Null(SqliteStore.FindHolder(StorePath));
        Assert.False(File.Exists(StorePath + ".daemon.json"));
        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Closing_twice_does_not_take_the_next_holders_name_away()
    {
        var first = await OpenAsync();
        await first.DisposeAsync();
        await using var second = await OpenAsync();

        await first.DisposeAsync();

        Assert.Equal(Environment.ProcessId, SqliteStore.FindHolder(StorePath)?.Pid);
    }

    [Fact]
    public async Task Another_process_keeps_us_out_until_it_is_killed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "flock is not installed");
        File.WriteAllText(StorePath + ".daemon.json", """{"pid":4242,"url":"http://127.0.0.1:9","startedAt":"2026-01-02T03:04:05+00:00","version":"1"}""");
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["--no-fork", StorePath + ".lock", "sh", "-c", "echo held; exec cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException();
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync(Token));

            var refused = await Assert.ThrowsAsync<StoreInUseException>(OpenAsync);
            Assert.Contains("process 4242, http://127.0.0.1:9, since 2026-01-02 03:04:05", refused.Message, StringComparison.Ordinal);
            Assert.Equal(4242, SqliteStore.FindHolder(StorePath)?.Pid);
        }
        finally
        {
            other.Kill(); // SIGKILL
            await other.WaitForExitAsync(CancellationToken.None);
        }

        Assert.Null(SqliteStore.FindHolder(StorePath)); // although its file still lies there
        await using var store = await OpenAsync();
        Assert.Equal(Environment.ProcessId, SqliteStore.FindHolder(StorePath)?.Pid);
    }

    [Fact]
    public async Task A_holder_without_a_name_is_refused_too()
    {
        await using var first = await OpenAsync();
        File.WriteAllText(StorePath + ".daemon.json", "{ torn");

        var refused = await Assert.ThrowsAsync<StoreInUseException>(OpenAsync);

        Assert.Contains("another process", refused.Message, StringComparison.Ordinal);
        Assert.Equal(StoreHolder.Unknown, SqliteStore.FindHolder(StorePath));
    }

    [Fact]
    public async Task Asking_who_holds_it_never_keeps_a_daemon_from_starting()
    {
        using var stop = new CancellationTokenSource();
        await (await OpenAsync()).DisposeAsync();
        var asking = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    SqliteStore.FindHolder(StorePath);
                    Thread.Yield();
                }
            },
            Token);

        for (var i = 0; i < 5; i++)
        {
            await (await OpenAsync()).DisposeAsync();
        }

        await stop.CancelAsync();
        await asking;
    }
}
