using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Configuration;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Hosting;
using Nightjar.Testing;

namespace Nightjar.Tests.Configuration;

public sealed class PlaybookReaderTests : IDisposable
{
    private const string Good = """
        says: Restarts it.
        when: {conditions: [container-exited], services: shop}
        do:
          - {action: restart, attempts: 3, coolDown: 60s}
          - clear-cache
        verify: {for: 2s, within: 60s}
        limits: {perHour: 4}
        risk: ask
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-playbooks-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void What_ships_is_sound_and_has_the_eight_alert_types()
    {
        var read = PlaybookHost.ReaderOf(new NightjarOptions()).Read();
        Assert.Empty(read.Faults);
        Assert.Equal(["crash-loop", "data-corruption", "database-connections", "disk-low", "memory-high", "rate-limited", "source-failing", "unknown-error"], read.AlertTypes.Select(t => t.Name).Order());
        Assert.Equal((3, 5), read.AlertTypes.First(t => t.Name == "database-connections") is var t ? (t.HealAt, t.EscalateAt) : default);
        var steps = read.Playbooks.SelectMany(p => p.Do.Select(s => (p.Name, s.Action, s.Attempts, CoolDown: s.CoolDown.TotalSeconds)));
        Assert.Superset(
            new HashSet<(string, string, int?, double)> { ("restart", "restart", 3, 60), ("clear-cache", "clear-cache", 2, 30), ("reset-connections", "reset-connections", 3, 15), ("rebuild-image", "rebuild-image", 1, 300), ("dependency-first", "restart-dependency", 2, 60), ("clean-disk", "clean-disk", 1, 30), ("rate-limit", "wait", 6, 0) },
            steps.ToHashSet());
    }

    [Fact]
    public void A_playbook_is_read_whole_and_named_by_its_file()
    {
        var playbook = Assert.Single(Read(("mine.yaml", Good)).Playbooks);
        Assert.Equal(("mine", HealRisk.Ask, 4), (playbook.Name, playbook.Risk, playbook.PerHour));
        Assert.Equal(["restart", "clear-cache"], playbook.Do.Select(s => s.Action));
        Assert.Equal((3, null), (playbook.Do[0].Attempts, playbook.Do[1].Attempts));
        Assert.Equal(["shop"], playbook.When.Services);
    }

    [Theory]
    [InlineData("attempts: 3", "atempts: 3", ":4:23: do[0]: there is no key atempts; did you mean attempts?")]
    [InlineData("action: restart", "action: restrat", ":4:14: do[0].action: restrat is no action, and no service has a remedy of that name; did you mean restart?")]
    [InlineData("container-exited", "container-exitted", ":2:20: when.conditions: nothing raises the condition container-exitted; did you mean container-exited?")]
    [InlineData("services: shop", "services: shpo", "when.services: there is no service shpo; did you mean shop?")]
    [InlineData("coolDown: 60s", "coolDown: 60", "has no unit; write 60s")]
    [InlineData("risk: ask", "risk: sometimes", "sometimes is none of safe, ask, never")]
    [InlineData("action: restart", "action: \"restart; reboot\"", "is not a name of small letters, digits and dashes")]
    [InlineData("do:", "do: [", "this is not YAML")]
    [InlineData("when:", "whenn:", "the key when is missing")]
    [InlineData("restart, a", "'${HOME}', a", "HOME")]
    public void A_typo_is_named_with_its_line(string right, string wrong, string says)
    {
        var read = Read(("mine.yaml", Good.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Empty(read.Playbooks);
        Assert.Contains(read.Faults, f => f.Contains(says, StringComparison.Ordinal) && f.Contains("mine.yaml", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{name: x}", "does nothing")]
    [InlineData("{name: x, heal: 5, escalate: 3}", "escalates before it heals")]
    [InlineData("{name: x, heal: 5, escalateAfter: 3m}", "counts both moments and time")]
    [InlineData("{name: x, heal: 1, patterns: '('}", "is not a regular expression")]
    [InlineData("{name: x, heal: 1, patterns: '(?=a)b'}", "not matched in bounded time")]
    public void An_alert_type_that_makes_no_sense_is_refused(string type, string says) =>
        Assert.Contains(Read(("alert-types.yaml", $"types:\n  - {type}\n")).Faults, f => f.Contains(says, StringComparison.Ordinal));

    [Fact]
    public async Task While_a_file_is_not_sound_what_was_in_force_stays_and_is_said()
    {
        await File.WriteAllTextAsync(At("mine.yaml"), Good);
        var (shelf, clock) = (new PlaybookShelf(), new FakeClock());
        using var host = new PlaybookHost(shelf, Reader(), clock, NullLogger<PlaybookHost>.Instance);
        Assert.True(host.Look());
        Assert.False(host.Look());
        await File.WriteAllTextAsync(At("mine.yaml"), Good + "\ntypo: 1\n");
        Assert.True(host.Look());
        Assert.Single(shelf.Playbooks);
        Assert.Contains("there is no key typo", Assert.Single(shelf.Faults), StringComparison.Ordinal);

        await File.WriteAllTextAsync(At("mine.yaml"), Good.Replace("perHour: 4", "perHour: 5", StringComparison.Ordinal));
        Assert.True(host.Look());
        Assert.Empty(shelf.Faults);
        Assert.Equal(5, Assert.Single(shelf.Playbooks).PerHour);
        File.Delete(At("mine.yaml"));
        Assert.True(host.Look());
        Assert.Empty(shelf.Playbooks);
        folder.Delete(recursive: true);
        Assert.True(host.Look());
        Assert.NotEmpty(shelf.Faults);
        folder.Create();
    }

    [Theory]
    [InlineData("{name: clear-cache}", "does nothing: give exec, call, directory or project")]
    [InlineData("{name: clear-cache, exec: [a], directory: /tmp/x}", "has both exec and directory; give one")]
    [InlineData("{name: restart, exec: [a]}", "is an action already")]
    [InlineData("{name: x, call: 'http://169.254.169.254/latest'}", "is no host of this service")]
    [InlineData("{name: x, directory: /}", "is the root of the file system")]
    [InlineData("{name: x, project: /tmp/x}", "needs project and composeService together")]
    [InlineData("{name: x, project: /tmp/x, composeService: --volumes}", "is not a compose service")]
    [InlineData("{name: x, exec: [a], pattern: '*'}", "is not used: there is no directory")]
    [InlineData("{name: x, directory: /tmp/x, pattern: '../*'}", "is not a file name with * and ?")]
    public void A_remedy_that_makes_no_sense_stops_the_start(string remedy, string says)
    {
        var result = new ConfigurationReader(_ => "/home/ann").Read($"services:\n  - name: shop\n    remedies:\n      - {remedy}\n", "nightjar.yaml", "/srv");
        Assert.Contains(result.Faults, f => f.Says.Contains(says, StringComparison.Ordinal));
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private PlaybookReader Reader() => new(folder.FullName, Path.Combine(AppContext.BaseDirectory, "playbooks"), [new Service { Name = new ServiceName("shop") }]);

    private PlaybookFolder Read((string Name, string Text) file)
    {
        File.WriteAllText(At(file.Name), file.Text);
        return Reader().Read();
    }
}
