using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Journald;

/// <summary>The systemd journal as a source of log lines.</summary>
public static class JournalRoom
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static IEnumerable<ILineSource> Sources(Catalogue catalogue, JournalOptions options, TimeProvider clock) =>
        catalogue.All.Where(s => !s.Journal.IsEmpty).Select(s => new JournalSource(s.Name, s.Journal, options, clock));

    /// <summary>Whether the journal of these units can be read now: null when it can, else why not and what to do.</summary>
    public static async Task<JournalFault?> CheckAsync(ImmutableArray<string> units, JournalOptions options, CancellationToken cancellationToken)
    {
        // Not quiet: how little this user may see is said in a hint alone.
        var start = new ProcessStartInfo(options.Program, [.. options.Arguments, .. JournalSource.Common(units).Where(a => a != "--quiet"), "--lines=1"]);
        start.Environment["LC_ALL"] = "C";
        try
        {
            var end = await ChildProcess.RunAsync(start, null, 100_000, Patience, cancellationToken);
            return end switch
            {
                _ when end.Errors.Contains("not seeing messages", StringComparison.Ordinal) => new JournalFault("this user does not see the messages of system units", "Add the user of Nightjar to the group systemd-journal"),
                { ExitCode: not 0 } => new JournalFault(JournalSource.Reason(end.ExitCode, end.Errors), "Correct the unit, or start it; Nightjar waits for it"),
                { Output.Length: 0 } => new JournalFault("the journal has no message of it yet", "Nightjar waits for it; correct the unit if it has another name"),
                _ => null,
            };
        }
        catch (Win32Exception e)
        {
            return new JournalFault($"{options.Program} cannot be started: {e.Message}", "The journal needs systemd; on this machine name log files instead");
        }
        catch (TimeoutException e)
        {
            return new JournalFault(e.Message, "See whether the journal is damaged: journalctl --verify");
        }
    }
}

/// <summary>Why the journal cannot be read, or says nothing.</summary>
public sealed record JournalFault(string Says, string WhatToDo);
