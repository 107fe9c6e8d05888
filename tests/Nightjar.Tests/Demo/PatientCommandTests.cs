using System.Diagnostics;
using Nightjar.Demo;

namespace Nightjar.Tests.Demo;

public sealed class PatientCommandTests : IDisposable
{
    private readonly DemoFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<PatientException>(() => RunAsync("no-such-program-at-all", []));

        Assert.Contains("no-such-program-at-all cannot be started", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_says_the_code_and_the_last_words()
    {
        var error = await Assert.ThrowsAsync<PatientException>(() => RunAsync("sh", ["-c", "echo out; echo broken >&2; exit 3"]));

        Assert.Contains("code 3", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("out\nbroken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_too_long_is_ended_and_said()
    {
        var command = new PatientCommand("sleep", folder.Path, ["600"]) { Timeout = TimeSpan.FromMilliseconds(100) };

        var error = await Assert.ThrowsAsync<PatientException>(() => command.RunAsync(TimeProvider.System, default));

        Assert.Contains("sleep 600 did not end within", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cancelled_leaves_no_child_behind()
    {
        var note = folder.Below("child");
        using var stop = new CancellationTokenSource();
        var running = new PatientCommand("sh", folder.Path, ["-c", $"sleep 600 & echo $! > {note}.new; mv {note}.new {note}; wait"])
            .RunAsync(TimeProvider.System, stop.Token);
        await Eventually.TrueAsync(() => File.Exists(note));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var child = int.Parse(await File.ReadAllTextAsync(note), System.Globalization.CultureInfo.InvariantCulture);
        await Eventually.TrueAsync(() => !IsRunning(child));
    }

    [Fact]
    public async Task It_sees_none_of_the_variables_that_could_hold_a_secret()
    {
        var seen = await RunAsync("env", []);

        Assert.Contains("PATH=", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("GIT_", seen, StringComparison.Ordinal);
        Assert.All(seen.Trim().Split('\n'), line => Assert.Matches("^(PATH|HOME|USER|TMPDIR|LANG|LC_ALL|DOTNET_ROOT[A-Z0-9_]*)=", line));
    }

    [Fact]
    public async Task A_commit_that_is_not_there_is_not_built()
    {
        var history = await new PatientHistory(TimeProvider.System).BuildAsync(DemoFolder.NightjarHome(), folder.Path, Patient.Healthy, default);

        var error = await Assert.ThrowsAsync<PatientException>(() =>
            new PatientBuilder(TimeProvider.System).BuildAsync(history.Bare, "--upload-pack=x", folder.Below("build"), default));

        Assert.Contains("rev-parse", error.Message, StringComparison.Ordinal);
    }

    private Task<string> RunAsync(string program, string[] arguments) =>
        new PatientCommand(program, folder.Path, [.. arguments]).RunAsync(TimeProvider.System, default);

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
