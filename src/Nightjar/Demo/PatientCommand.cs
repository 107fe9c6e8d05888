using System.Collections.Immutable;
using System.Diagnostics;

namespace Nightjar.Demo;

/// <summary>A program that the demo runs to its end: git, or the build of the shop. It sees a few variables of ours and no more.</summary>
internal sealed record PatientCommand(string Program, string Folder, ImmutableArray<string> Arguments)
{
    /// <summary>The last of what was written is kept; a build that fails says why at its end.</summary>
    private const int KeptCharacters = 16_000;

    private static readonly string[] Inherited =
        ["PATH", "HOME", "USER", "TMPDIR", "LANG", "LC_ALL", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64"];

    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="PatientException">It cannot be started, took too long, or ended with another code than 0.</exception>
    public async Task<string> RunAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        using var process = Start(StartInfo());
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            var (written, complaint) = (await output, await errors);
            return process.ExitCode == 0
                ? written
                : throw new PatientException($"{this} ended with code {process.ExitCode}:\n{Tail(written + complaint)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PatientException($"{this} did not end within {Timeout.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    public override string ToString() => $"{Program} {string.Join(' ', Arguments)}";

    /// <summary>How to start it, with all three streams in our hands.</summary>
    public ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(Program, Arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var ours = Inherited.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in ours.Where(variable => variable.value is not null))
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <exception cref="PatientException">There is no such program, or it may not be run.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new PatientException($"{start.FileName} did not start");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new PatientException($"{start.FileName} cannot be started: {error.Message}. Is it installed and on the PATH?", error);
        }
    }

    private static string Tail(string text) => text.Length <= KeptCharacters ? text.Trim() : $"…{text[^KeptCharacters..].Trim()}";
}
