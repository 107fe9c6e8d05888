using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Nightjar.Connectors;

/// <summary>What a program that ran to its end (or was cut off) left.</summary>
/// <param name="Cut">True when it printed more than was wanted and was stopped; its exit code says nothing then.</param>
/// <param name="Errors">The last 4,000 characters of its error stream.</param>
internal sealed record ChildEnd(int ExitCode, byte[] Output, bool Cut, string Errors);

/// <summary>Runs one program: bounded output, bounded time, no child left behind.</summary>
internal static class ChildProcess
{
    private const int LongestErrors = 4_000;

    /// <summary>How long to wait for the rest of the output of a program that is gone, when a child of it holds the pipe open.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    /// <param name="mostOutput">Bytes of standard output; the program is stopped when it prints more.</param>
    /// <param name="timeout">In real time whatever clock Nightjar runs on, because the program lives in real time.</param>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    /// <exception cref="TimeoutException">It did not end in time; it was killed with its children.</exception>
    public static async Task<ChildEnd> RunAsync(ProcessStartInfo start, string? input, int mostOutput, TimeSpan timeout, CancellationToken cancellationToken)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = new Process { StartInfo = start };
        using var limit = new CancellationTokenSource(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        process.Start();
        try
        {
            var output = new Capture(mostOutput);
            var errors = new Tail();
            var pumps = Task.WhenAll(
                output.ReadAsync(process, either.Token),
                errors.ReadAsync(process.StandardError, either.Token),
                FeedAsync(process, input, either.Token));
            await process.WaitForExitAsync(either.Token);
            await Task.WhenAny(pumps, Task.Delay(Drain, TimeProvider.System, either.Token));
            if (pumps.IsFaulted)
            {
                await pumps;
            }

            either.Token.ThrowIfCancellationRequested();
            return new ChildEnd(process.ExitCode, output.Bytes(), output.Cut, errors.Text());
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{start.FileName} did not end within {timeout.TotalSeconds:0.#} s and was stopped");
        }
        finally
        {
            await either.CancelAsync();
            await KillAsync(process);
        }
    }

    private static async Task FeedAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await using var writer = process.StandardInput;
            if (input is not null)
            {
                await writer.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
            }
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code tells what that means.
        }
    }

    private static async Task KillAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>The first bytes of a stream; past the limit the program is stopped.</summary>
    private sealed class Capture(int most)
    {
        private readonly MemoryStream held = new();

        public bool Cut { get; private set; }

        public byte[] Bytes()
        {
            lock (held)
            {
                return held.ToArray();
            }
        }

        public async Task ReadAsync(Process process, CancellationToken cancellationToken)
        {
            var buffer = new byte[16_384];
            int read;
            while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                lock (held)
                {
                    var room = most - (int)held.Length;
                    held.Write(buffer, 0, Math.Min(read, room));
                    Cut = read > room;
                }

                if (Cut)
                {
                    await KillAsync(process);
                    return;
                }
            }
        }
    }

    private sealed class Tail
    {
        private readonly StringBuilder held = new();

        public string Text()
        {
            lock (held)
            {
                return held.ToString().Trim();
            }
        }

        public async Task ReadAsync(StreamReader reader, CancellationToken cancellationToken)
        {
            var buffer = new char[4_096];
            int read;
            while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
            {
                lock (held)
                {
                    held.Append(buffer, 0, read);
                    held.Remove(0, Math.Max(0, held.Length - LongestErrors));
                }
            }
        }
    }
}
