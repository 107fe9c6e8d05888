using System.Collections.Immutable;
using Nightjar.Demo;
using Nightjar.Testing;

namespace Nightjar.Tests.Demo;

public sealed class PatientHistoryTests : IDisposable
{
    private const string RaceSubject = "Move the inventory behind an async repository";

    private readonly DemoFolder folder = new();
    private readonly FakeClock clock = new(DemoFolder.Noon);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_history_grows_older_backwards_and_its_newest_commit_is_innocent()
    {
        var built = await BuildAsync(Patient.Race);

        Assert.InRange(built.Commits.Length, 6, 9);
        Assert.Equal(built.Commits.OrderBy(commit => commit.At).Select(commit => commit.Sha), built.Commits.Select(commit => commit.Sha));
        var race = Assert.Single(built.Commits, commit => commit.Subject == RaceSubject);
        Assert.NotEqual(built.Head, race);
        Assert.Equal(TimeSpan.FromHours(3), DemoFolder.Noon - race.At);
    }

    [Fact]
    public async Task The_bare_repository_holds_the_same_commits_with_their_authors_and_dates()
    {
        var built = await BuildAsync(Patient.Race);

        var log = await GitAsync(built.Bare, "log", "--reverse", "--format=%H|%an|%at|%ct|%s", "main");

        var told = built.Commits.Select(c => $"{c.Sha}|{c.Author}|{c.At.ToUnixTimeSeconds()}|{c.At.ToUnixTimeSeconds()}|{c.Subject}");
        Assert.Equal(told, log.Trim().Split('\n'));
        Assert.Equal("main", (await GitAsync(built.Bare, "symbolic-ref", "--short", "HEAD")).Trim());
        Assert.Equal("", await GitAsync(built.WorkingFolder, "status", "--porcelain"));
    }

    [Fact]
    public async Task With_the_clock_stopped_two_histories_are_the_same()
    {
        var first = await BuildAsync(Patient.Race, "a");
        var second = await BuildAsync(Patient.Race, "b");

        Assert.Equal(first.Commits, second.Commits);
    }

    [Theory]
    [InlineData("unknown-cause")]
    [InlineData("healthy")]
    public void The_other_patients_never_had_the_race(string name)
    {
        var patient = Patient.Find(name) ?? throw new ArgumentException(name);
        var overlays = PatientOverlay.ReadAll(Path.Combine(DemoFolder.NightjarHome(), "samples", "shop"), patient);

        Assert.DoesNotContain(overlays, overlay => overlay.Subject == RaceSubject);
        Assert.InRange(overlays.Length, 6, 9);
    }

    [Fact]
    public async Task The_race_can_be_reverted_at_the_head_and_leaves_what_came_after()
    {
        var raced = await BuildAsync(Patient.Race, "raced");
        var race = raced.Commits.Single(commit => commit.Subject == RaceSubject);
        await GitAsync(raced.WorkingFolder, "revert", "--no-commit", race.Sha);
        await GitAsync(raced.WorkingFolder, "add", "--all");

        var healthy = await BuildAsync(Patient.Healthy, "healthy");

        Assert.Equal(
            await GitAsync(healthy.WorkingFolder, "rev-parse", "HEAD^{tree}"),
            await GitAsync(raced.WorkingFolder, "write-tree"));
    }

    [Fact]
    public async Task A_folder_that_is_taken_is_left_alone()
    {
        Directory.CreateDirectory(folder.Below("shop.git"));

        var error = await Assert.ThrowsAsync<PatientException>(() =>
            new PatientHistory(clock).BuildAsync(DemoFolder.NightjarHome(), folder.Path, Patient.Race, default));

        Assert.Contains("shop.git is there already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_without_the_sample_is_named()
    {
        var error = await Assert.ThrowsAsync<PatientException>(() =>
            new PatientHistory(clock).BuildAsync(folder.Path, folder.Path, Patient.Race, default));

        Assert.Contains(Path.Combine(folder.Path, "samples", "shop", "history"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"author":"A <a@example.com>","age":"soon","message":"m"}""", "not an age")]
    [InlineData("""{"author":"A","age":"1d","message":"m"}""", "not \"name <email>\"")]
    [InlineData("""{"author":"A <a@example.com>","age":"1d"}""", "message")]
    [InlineData("""{"author":"A <a@example.com>","age":"1d","message":"m","deletes":[]}""", "deletes")]
    [InlineData("{", "commit.json cannot be used")]
    public void A_commit_that_cannot_be_read_is_named_with_its_fault(string json, string says)
    {
        var commit = Directory.CreateDirectory(folder.Below("history/01-first"));
        File.WriteAllText(Path.Combine(commit.FullName, "commit.json"), json);

        var error = Assert.Throws<PatientException>(() => PatientOverlay.ReadAll(folder.Path, Patient.Race));

        Assert.Contains("01-first", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private Task<PatientRepository> BuildAsync(Patient patient, string below = "demo") =>
        new PatientHistory(clock).BuildAsync(DemoFolder.NightjarHome(), folder.Below(below), patient, default);

    private static Task<string> GitAsync(string at, params ImmutableArray<string> arguments) =>
        (PatientGit.In(at, ["-c", "user.name=t", "-c", "user.email=t@example.com", .. arguments])).RunAsync(TimeProvider.System, default);
}
