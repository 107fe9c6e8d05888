using System.Diagnostics;

namespace Nightjar.Agents.Fence;

/// <summary>One running program, ended together with its children. What it prints on its error stream is read and bounded.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>How long the pipes may stay open after the end: only a process that nobody could kill holds them.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private readonly Action sweep;
    private readonly Task errorsRead;
    private bool isDisposed;

    private ChildProcess(Process process, Task exited, OutputTail errors, Action sweep)
    {
        Process = process;
        Exited = exited;
        Errors = errors;
        this.sweep = sweep;
        errorsRead = errors.PumpAsync(process.StandardError.BaseStream);
    }

    public Process Process { get; }

    public Task Exited { get; }

    public OutputTail Errors { get; }

    /// <param name="sweep">Called after the end, however it came, to kill what was left behind.</param>
    public static async Task<ChildProcess> StartAsync(ProcessStartInfo start, Action sweep, OutputTail errors)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var process = new Process { StartInfo = start };
        try
        {
            return new ChildProcess(process, await StartAsync(process), errors, sweep);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Runs it to its end or its limit, with a bounded output.</summary>
    public static async Task<FencedRun> RunAsync(ProcessStartInfo start, TimeSpan timeout, Action sweep, TimeProvider clock, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var began = clock.GetTimestamp();
        var tail = new OutputTail();
        await using var child = await StartAsync(start, sweep, tail);
        child.Process.StandardInput.Close();
        var output = tail.PumpAsync(child.Process.StandardOutput.BaseStream);
        var timedOut = false;
        try
        {
            await child.Exited.WaitAsync(timeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            timedOut = true;
        }
        finally
        {
            await child.KillAsync();
        }

        var took = clock.GetElapsedTime(began);
        await Task.WhenAny(Task.WhenAll(output, child.errorsRead), Task.Delay(DrainTime, TimeProvider.System, CancellationToken.None));
        return new FencedRun(timedOut ? null : child.Process.ExitCode, timedOut, took, tail.Read());
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, true))
        {
            return;
        }

        await KillAsync();
        await Task.WhenAny(errorsRead, Task.Delay(DrainTime, TimeProvider.System, CancellationToken.None));
        Process.Dispose();
    }

    private async Task KillAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
        }

        await Exited;
        sweep();
    }

    /// <summary>
    /// Starts on a thread of its own that lives as long as the process. "Die with the parent" means the parent's thread to the
    /// kernel: started from the pool, the fence would be killed at the moment an idle pool thread retires.
    /// </summary>
    private static async Task<Task> StartAsync(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
#pragma warning disable CA1031 // Nothing may escape from a thread: whatever it is, the caller gets it.
            try
            {
                process.Start();
                started.SetResult();
                process.WaitForExit();
                exited.SetResult();
            }
            catch (Exception e)
            {
                _ = started.TrySetException(e) || exited.TrySetException(e);
            }
#pragma warning restore CA1031
        }) { IsBackground = true, Name = "fenced process" };
        thread.Start();
        await started.Task;
        return exited.Task;
    }
}
