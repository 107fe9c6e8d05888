using Nightjar.Connectors.Actions;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.Actions;

public sealed class DeleteActuatorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-delete-");

    private string Logs => Path.Combine(folder.FullName, "logs");

    public DeleteActuatorTests() => Directory.CreateDirectory(Logs);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Old_files_that_fit_are_deleted_and_everything_else_stays()
    {
        var old = Old("logs/app.log.1");
        var deep = Old("logs/2025/app.log.2");
        var young = At("logs/app.log.3");
        var other = Old("logs/app.conf");
        var result = await DeleteAsync("*.log.*");
        Assert.Equal([false, false, true, true], new[] { old, deep, young, other }.Select(File.Exists));
        Assert.True(Directory.Exists(Path.Combine(Logs, "2025")));
        Assert.StartsWith("deleted 2 files", result.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_are_neither_followed_nor_deleted()
    {
        var outside = Old("data/orders.log.1");
        var link = Path.Combine(Logs, "orders.log.9");
        File.CreateSymbolicLink(link, outside);
        Directory.CreateSymbolicLink(Path.Combine(Logs, "data"), Path.Combine(folder.FullName, "data"));
        var result = await DeleteAsync("*");
        Assert.True(File.Exists(outside));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.StartsWith("deleted 0 files", result.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_a_link_or_gone_or_the_root_is_refused()
    {
        var link = Path.Combine(folder.FullName, "link");
        Directory.CreateSymbolicLink(link, Logs);
        var kept = Old("logs/app.log.1");
        Assert.Contains("is a link", await RefusedAsync(link), StringComparison.Ordinal);
        Assert.Contains("there is no directory", await RefusedAsync(Path.Combine(folder.FullName, "gone")), StringComparison.Ordinal);
        Assert.Contains("the root", await RefusedAsync("/"), StringComparison.Ordinal);
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public async Task A_file_that_vanishes_or_cannot_be_deleted_holds_nothing_up()
    {
        Old("logs/a.log.1");
        Old("logs/b.log.1");
        var result = await DeleteAsync("*.log.*");
        Assert.StartsWith("deleted 2 files", result.Says, StringComparison.Ordinal);
        Assert.StartsWith("deleted 0 files", (await DeleteAsync("*.log.*")).Says, StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(string directory) =>
        (await Assert.ThrowsAsync<ActionFailedException>(() => new DeleteActuator(TimeProvider.System).DoAsync(Wish(directory, "*"), default))).Message;

    private Task<ActionResult> DeleteAsync(string pattern) => new DeleteActuator(TimeProvider.System).DoAsync(Wish(Logs, pattern), default);

    private static HealAction.DeleteFiles Wish(string directory, string pattern) => new(directory, pattern, TimeSpan.FromDays(7)) { Service = new ServiceName("shop") };

    private string Old(string name)
    {
        var path = At(name);
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-30));
        return path;
    }

    private string At(string name)
    {
        var path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "");
        File.WriteAllText(path, "x");
        return path;
    }
}
