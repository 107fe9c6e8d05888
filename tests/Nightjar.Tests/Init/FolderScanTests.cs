using System.Diagnostics;
using Nightjar.Configuration;
using Nightjar.Init;

namespace Nightjar.Tests.Init;

public sealed class FolderScanTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("nightjar-init-").FullName;

    private string Shop => Path.Join(root, "shop");

    public FolderScanTests() => Directory.CreateDirectory(Shop);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("check.sh", "", "sh check.sh")]
    [InlineData("Shop.slnx", "", "dotnet test")]
    [InlineData("Shop.csproj", "", "dotnet test")]
    [InlineData("package.json", """{"scripts":{"test":"jest"}}""", "npm ci && npm test")]
    [InlineData("package.json", """{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}""", null)]
    [InlineData("package.json", """{"scripts":["test"]}""", null)]
    [InlineData("package.json", "[[[", null)]
    [InlineData("go.mod", "", "go test ./...")]
    [InlineData("Cargo.toml", "", "cargo test")]
    [InlineData("pom.xml", "", "mvn test")]
    [InlineData("build.gradle.kts", "", "gradle test")]
    [InlineData("pyproject.toml", "", "pytest")]
    [InlineData("requirements.txt", "", "pytest")]
    [InlineData("Makefile", "all:\n\ntest: all\n\t./t\n", "make test")]
    [InlineData("Makefile", "all:\n", null)]
    [InlineData("Makefile", "test:=1\n", null)]
    [InlineData("README.md", "", null)]
    public void The_language_gives_the_test_command(string file, string text, string? command)
    {
        Write(file, text.Length == 0 ? " " : text);

        Assert.Equal(command, Look().Checks.FirstOrDefault()?.Command);
    }

    [Fact]
    public void A_real_repository_is_found_from_a_folder_inside_it()
    {
        Git("init", "-q", "-b", "master");
        Git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first");
        Git("switch", "-q", "-c", "feature/x");
        Directory.CreateDirectory(Path.Join(Shop, "src"));

        var facts = new FolderScan(_ => null, root).Look(Path.Join(Shop, "src"));

        Assert.Equal(new FoundRepository(Shop, "master", "feature/x"), facts.Repository);
    }

    [Fact]
    public void Packed_branches_and_linked_worktrees_are_seen()
    {
        Git("init", "-q", "-b", "main");
        Git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first");
        Git("pack-refs", "--all");
        Git("worktree", "add", "-q", "-b", "other", "../linked");

        Assert.Equal(new FoundRepository(Path.Join(root, "linked"), "main", "other"), new FolderScan(_ => null, root).Look(Path.Join(root, "linked")).Repository);
    }

    [Fact]
    public void Logs_are_found_by_their_usual_places()
    {
        Write("logs/app.log", "x");
        Write("run.log", "x");
        Directory.CreateDirectory(Path.Join(root, "varlog", "shop"));

        Assert.Equal([$"{Shop}/logs/*.log", $"{Shop}/*.log", $"{root}/varlog/shop/*.log"], new FolderScan(_ => null, Path.Join(root, "varlog")).Look(Shop).Logs);
    }

    [Theory]
    [InlineData("ports: ['8080:80']\n    healthcheck: {test: [CMD, curl, -f, 'http://localhost/health']}", 8080, "/health")]
    [InlineData("ports: ['127.0.0.1:8080:5000/tcp']\n    healthcheck: {test: 'wget -q http://127.0.0.1:5000/ready || exit 1'}", 8080, "/ready")]
    [InlineData("ports: [{target: 5000, published: 9000}]\n    healthcheck: {test: 'curl http://localhost:5000'}", 9000, "/")]
    [InlineData("ports: ['8080:80']\n    healthcheck: {test: 'curl http://localhost:5000/health'}", null, null)]
    [InlineData("ports: ['8080:80']", 8080, null)]
    [InlineData("ports: ['80', '${PORT}:80', '99999:80', {a: b}]", null, null)]
    [InlineData("ports: 7", null, null)]
    public void A_compose_file_gives_ports_and_health(string keys, int? port, string? path)
    {
        Write("compose.yaml", $"services:\n  web:\n    {keys}\n");

        Assert.Equal(new FoundContainer("web", port, path), Assert.Single(Look().Compose));
    }

    [Theory]
    [InlineData("services: [a]")]
    [InlineData("services: {a: b}")]
    [InlineData("\t- [")]
    [InlineData("\0\0")]
    public void A_broken_compose_file_is_no_reason_to_stop(string text)
    {
        Write("docker-compose.yml", text);

        Assert.All(Look().Compose, s => Assert.Null(s.Port));
    }

    [Fact]
    public void The_kube_context_is_named()
    {
        Write("home/.kube/config", "apiVersion: v1\ncurrent-context: prod-eu\n");

        Assert.Equal("prod-eu", new FolderScan(name => name == "HOME" ? Path.Join(Shop, "home") : null, root).Look(Shop).KubeContext);
    }

    [Fact]
    public async Task What_is_found_in_a_hostile_folder_loads()
    {
        var folder = Path.Join(root, "a\"; rm -rf ~\nmode: autonomous #${HOME}");
        Directory.CreateDirectory(Path.Join(folder, "logs"));
        await File.WriteAllTextAsync(Path.Join(folder, "x\n  - y.csproj"), "");
        await File.WriteAllTextAsync(Path.Join(folder, "Makefile"), "test:\n");
        var file = Path.Join(folder, "nightjar.yaml");

        Assert.True(await FirstFile.TryCreateAsync(file, FirstConfiguration.From(new FolderScan(_ => null, "/nowhere").Look(folder)).Yaml, CancellationToken.None));

        var result = new ConfigurationReader(name => name == "HOME" ? root : null).ReadFile(file);
        Assert.True(result.Options is not null, result.Message);
        Assert.Equal(Path.GetFileName(folder), result.Options.Services[0].Name.Value);
        Assert.Equal([$"{folder}/logs/*.log"], result.Options.Services[0].Logs);
    }

    [Fact]
    public async Task A_file_that_is_there_is_never_overwritten()
    {
        Write("nightjar.yaml", "mine");
        File.CreateSymbolicLink(Path.Join(Shop, "link.yaml"), Path.Join(Shop, "nowhere"));

        Assert.False(await FirstFile.TryCreateAsync(Path.Join(Shop, "nightjar.yaml"), "theirs", CancellationToken.None));
        Assert.False(await FirstFile.TryCreateAsync(Path.Join(Shop, "link.yaml"), "theirs", CancellationToken.None));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Join(Shop, "nightjar.yaml")));
    }

    private FoundFacts Look() => new FolderScan(_ => null, root).Look(Shop);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(Shop, name)) ?? Shop);
        File.WriteAllText(Path.Join(Shop, name), text);
    }

    private void Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Shop, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var says = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, says);
    }
}
