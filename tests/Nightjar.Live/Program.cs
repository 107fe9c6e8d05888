using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Live;

/// <summary>What a run of the program left behind.</summary>
internal sealed record Ran(int Code, string Out, string Error)
{
    public JsonNode Json => JsonNode.Parse(Out) ?? throw new FormatException($"no JSON: {Out}");

    public override string ToString() => $"exit code {Code}\n{Out}\n{Error}";
}

/// <summary>The built program as a process of its own, in a session of its own, as a terminal would start it.</summary>
internal sealed class Program : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ConcurrentQueue<string> errors = new();
    private readonly Task reading;
    private bool isDisposed;

    private Program(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, lines), ReadAsync(process.StandardError, errors));
    }

    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "nightjar.dll");

    public int Id => process.Id;

    public StreamWriter Input => process.StandardInput;

    public IReadOnlyCollection<string> Lines => lines;

    public string Out => string.Join('\n', lines);

    public string Error => string.Join('\n', errors);

    public bool HasExited => process.HasExited;

    public static Program Start(Place place, params string[] arguments)
    {
        var program = StartWithInput(place, arguments);
        program.process.StandardInput.Close();
        return program;
    }

    /// <summary>What is written to its input is for the test to say.</summary>
    public static Program StartWithInput(Place place, params string[] arguments)
    {
        // A test run in the background ignores SIGINT, and its children would, too; a terminal's do not.
        var start = new ProcessStartInfo("setsid", ["env", "--default-signal=INT,QUIT", "dotnet", Assembly, .. arguments])
        {
            WorkingDirectory = place.Work,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in place.Variables)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("setsid did not start");
        var program = new Program(process);
        place.Owns(program);
        return program;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<Ran> RunAsync(Place place, params string[] arguments)
    {
        await using var program = Start(place, arguments);
        return await program.EndAsync(TimeSpan.FromMinutes(1));
    }

    public Task<string> SaysAsync(string part, TimeSpan limit) => SaysAsync(part, l => l.Contains(part, StringComparison.Ordinal), limit);

    public async Task<string> SaysAsync(string what, Func<string, bool> isIt, TimeSpan limit)
    {
        try
        {
            return await Until.IsThereAsync($"\"{what}\"", limit, () => lines.FirstOrDefault(isIt) ?? (HasExited ? throw new InvalidOperationException($"ended with {process.ExitCode} before it said \"{what}\"") : null));
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{e.Message}; it said:\n{Out}\n{Error}", e);
        }
    }

    /// <summary>Sends a signal to the process alone, or to its whole group as Ctrl-C in a terminal does.</summary>
    public void Send(string signal, bool toGroup = false)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"{(toGroup ? "-" : "")}{Id}");
        using var kill = Process.Start("kill", ["-s", signal, "--", target]);
        kill.WaitForExit();
    }

    public async Task<Ran> EndAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Process {Id} did not end within {limit.TotalSeconds:0} s; it said:\n{Out}\n{Error}");
        }

        await reading;
        return new Ran(process.ExitCode, Out, Error);
    }

    /// <summary>Ends it and its children, whatever state they are in.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> into)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            into.Enqueue(line);
        }
    }
}
