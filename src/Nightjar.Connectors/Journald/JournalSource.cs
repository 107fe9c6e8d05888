using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Journald;

/// <summary>Follows units of the systemd journal by way of <c>journalctl</c>, whose cursor is the mark.</summary>
internal sealed partial class JournalSource(ServiceName service, ImmutableArray<string> units, JournalOptions options, TimeProvider clock) : ILineSource
{
    /// <summary>Bytes of one entry; journald itself cuts lines of output at 48 KB, and programs may log what they like.</summary>
    private const int LongestEntry = 1_000_000;

    private const int LongestErrors = 300;

    /// <summary>Before the first entry there is no cursor: what came since we began is asked for by its time.</summary>
    private string? since;

    public ServiceName Service => service;

    public string Name => "journal";

    public async IAsyncEnumerable<LineBatch> FollowAsync(IReadOnlyDictionary<string, string> marks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = marks.GetValueOrDefault(LineBatch.AllStreams);
        since ??= string.Create(CultureInfo.InvariantCulture, $"--since=@{clock.GetUtcNow().ToUnixTimeMilliseconds() / 1_000.0:0.000}");
        while (true)
        {
            using var limit = new CancellationTokenSource(units.Any(IsPattern) ? options.LookUpEvery : Timeout.InfiniteTimeSpan, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await foreach (var batch in EntriesAsync(cursor, either.Token))
            {
                cursor = batch.Mark;
                yield return batch;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>One run of the program, until it is cancelled.</summary>
    /// <exception cref="IOException">It ended by itself, or could not be started.</exception>
    private async IAsyncEnumerable<LineBatch> EntriesAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var process = Start(cursor);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            var output = PipeReader.Create(process.StandardOutput.BaseStream, new StreamPipeReaderOptions(bufferSize: 65_536));
            await foreach (var line in new JsonLines(output, LongestEntry).ReadAsync(cancellationToken))
            {
                if (JournalEntry.Read(line) is { } batch)
                {
                    yield return batch;
                }
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                await process.WaitForExitAsync(CancellationToken.None);
                var says = await errors;
                if (!IsNoUnit(says))
                {
                    throw new IOException(Reason(process.ExitCode, says));
                }

                // None of that name yet: looked up anew as every pattern is.
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private Process Start(string? cursor)
    {
        var start = new ProcessStartInfo(options.Program, [.. options.Arguments, .. Common(units), "--follow", "--no-tail", cursor is not null && Cursor().IsMatch(cursor) ? $"--after-cursor={cursor}" : since ?? ""])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            var process = Process.Start(start) ?? throw new IOException($"{options.Program} did not start");
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{options.Program} cannot be started ({e.Message}): the journal needs systemd", e);
        }
    }

    /// <summary>Every field is asked for by name: an entry has up to forty.</summary>
    public static IEnumerable<string> Common(ImmutableArray<string> units) =>
        ["--output=json", "--output-fields=MESSAGE,PRIORITY,_TRANSPORT,_SYSTEMD_UNIT,UNIT,_PID,_STREAM_ID", "--all", "--quiet", "--no-pager", .. units.Select(u => $"--unit={u}")];

    public static bool IsPattern(string unit) => unit.AsSpan().ContainsAny('*', '?', '[');

    public static string Reason(int exitCode, string errors)
    {
        var says = errors.Trim();
        return IsNoUnit(says) ? "no unit of the journal matches yet" : $"journalctl ended with exit code {exitCode}{(says.Length == 0 ? "" : $": {(says.Length > LongestErrors ? says[^LongestErrors..] : says)}")}";
    }

    private static bool IsNoUnit(string errors) => errors.Contains("No data available", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z]=[0-9a-f]{1,40}(;[a-z]=[0-9a-f]{1,40}){1,9}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Cursor();
}
