using System.Collections.Concurrent;
using System.Diagnostics;

namespace Nightjar.Live;

/// <summary>A folder of one test alone, and the processes that it started: none outlives the test, also when it fails.</summary>
internal sealed class Place : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<Place, bool> Open = new();

    private readonly List<Program> programs = [];

    static Place() => AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();

    public Place()
    {
        Folder = Directory.CreateTempSubdirectory("nightjar-live-").FullName;
        Work = Directory.CreateDirectory(Path.Combine(Folder, "work")).FullName;
        Signs.Add(Folder);
        Open[this] = true;
        Variables["XDG_STATE_HOME"] = Path.Combine(Folder, "xdg");
        Variables["NIGHTJAR_HOME"] = Repository;
        Variables["DOTNET_NOLOGO"] = "1";
    }

    /// <summary>The root of Nightjar's source.</summary>
    public static string Repository { get; } = Above(AppContext.BaseDirectory);

    /// <summary>Where screenshots go.</summary>
    public static string Results { get; } = Directory.CreateDirectory(Path.Combine(Repository, "TestResults")).FullName;

    public string Folder { get; }

    /// <summary>A process whose command line holds one of these was started by this test, or by what it started.</summary>
    public List<string> Signs { get; } = [];

    /// <summary>The working directory of what is started.</summary>
    public string Work { get; }

    public string State => Path.Combine(Folder, "state");

    public Dictionary<string, string> Variables { get; } = [];

    public string File(string name) => Path.Combine(Folder, name);

    public void Owns(Program program) => programs.Add(program);

    /// <summary>Nothing that was started here is left, after the moment that a killed process may take to go.</summary>
    public async Task NothingRunsAsync()
    {
        try
        {
            await Until.HoldsAsync("nothing to run any more", TimeSpan.FromSeconds(3), () => Running().Count == 0);
        }
        catch (TimeoutException)
        {
            Assert.Empty(Running().Select(p => p.Command.Length > 300 ? $"{p.Id} {p.Command[..60]} … {p.Command[^200..]}" : $"{p.Id} {p.Command}"));
        }
    }

    private List<(int Id, string Command)> Running() => [.. Signs.SelectMany(Processes.Naming).DistinctBy(p => p.Id)];

    public async ValueTask DisposeAsync()
    {
        foreach (var program in programs)
        {
            await program.DisposeAsync();
        }

        EndRest();
        Open.TryRemove(this, out _);
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The run itself is ended in the middle of a test: the test's processes end with it.</summary>
    private static void EndAll()
    {
        foreach (var place in Open.Keys)
        {
            place.EndRest();
        }
    }

    private void EndRest()
    {
        foreach (var (id, _) in Running())
        {
            using var kill = Process.Start("kill", ["-s", "KILL", "--", $"{id}"]);
            kill.WaitForExit();
        }
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
