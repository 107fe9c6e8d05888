using System.Diagnostics;

namespace Nightjar.Live;

/// <summary>A folder of one test alone, and the processes that it started: none outlives the test, also when it fails.</summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly List<Program> programs = [];

    public Place()
    {
        Folder = Directory.CreateTempSubdirectory("nightjar-live-").FullName;
        Work = Directory.CreateDirectory(Path.Combine(Folder, "work")).FullName;
        Variables["XDG_STATE_HOME"] = Path.Combine(Folder, "xdg");
        Variables["NIGHTJAR_HOME"] = Repository;
        Variables["DOTNET_NOLOGO"] = "1";
    }

    /// <summary>The root of Nightjar's source.</summary>
    public static string Repository { get; } = Above(AppContext.BaseDirectory);

    /// <summary>Where screenshots go.</summary>
    public static string Results { get; } = Directory.CreateDirectory(Path.Combine(Repository, "TestResults")).FullName;

    public string Folder { get; }

    /// <summary>The working directory of what is started.</summary>
    public string Work { get; }

    public string State => Path.Combine(Folder, "state");

    public Dictionary<string, string> Variables { get; } = [];

    public string File(string name) => Path.Combine(Folder, name);

    public void Owns(Program program) => programs.Add(program);

    /// <summary>Nothing that was started here is left.</summary>
    public Task NothingRunsAsync() =>
        Until.HoldsAsync($"the end of {string.Join(", ", Processes.Naming(Folder))}", TimeSpan.FromSeconds(3), () => Processes.Naming(Folder).Count == 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var program in programs)
        {
            await program.DisposeAsync();
        }

        foreach (var (id, command) in Processes.Naming(Folder))
        {
            TestContext.Current.SendDiagnosticMessage($"ended what was left behind: {id} {command}");
            using var kill = Process.Start("kill", ["-s", "KILL", "--", $"{id}"]);
            await kill.WaitForExitAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static string Above(string folder)
    {
        var root = new DirectoryInfo(folder);
        while (root is not null && !System.IO.File.Exists(Path.Combine(root.FullName, "Nightjar.slnx")))
        {
            root = root.Parent;
        }

        return root?.FullName ?? throw new InvalidOperationException($"{folder} is not below the source of Nightjar");
    }
}
