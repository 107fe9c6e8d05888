using System.Diagnostics;

namespace Nightjar.Agents.Fence;

/// <summary>One run of one program with a bounded output and a bounded time, ended together with its children.</summary>
internal sealed class ChildProcess(ProcessStartInfo start, TimeProvider clock)
{
    /// <summary>How long the pipes may stay open after the end: only a process that nobody could kill holds them.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    /// <param name="sweep">Called after the end, however it came, to kill what was left behind.</param>
    public async Task<FencedRun> RunAsync(TimeSpan timeout, Action sweep, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var began = clock.GetTimestamp();
        var tail = new OutputTail();
        using var process = new Process { StartInfo = start };
        var exited = await StartAsync(process);
        process.StandardInput.Close();
        var pumps = Task.WhenAll(tail.PumpAsync(process.StandardOutput.BaseStream), tail.PumpAsync(process.StandardError.BaseStream));
        var timedOut = false;
        try
        {
            await exited.WaitAsync(timeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            timedOut = true;
        }
        finally
        {
            Kill(process);
            await exited;
            sweep();
        }

        var took = clock.GetElapsedTime(began);
        await Task.WhenAny(pumps, Task.Delay(DrainTime, TimeProvider.System, CancellationToken.None));
        return new FencedRun(timedOut ? null : process.ExitCode, timedOut, took, tail.Read());
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

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
