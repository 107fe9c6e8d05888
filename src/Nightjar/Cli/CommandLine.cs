using System.CommandLine;
using System.CommandLine.Invocation;

namespace Nightjar.Cli;

/// <summary>The verbs of <c>nightjar</c>, in the order in which help shows them.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            """
            Nightjar watches your services, makes one incident of each problem, finds the cause and proposes the fix.

            Exit codes: 0 done, nothing wrong; 1 it failed, or findings (once, check); 2 a bad command line or configuration, or nothing could be looked at; 3 no daemon answers.
            """);
        root.Options.Add(Options.Json);
        root.Options.Add(Options.Config);
        root.Options.Add(Options.State);
        foreach (var verb in Verbs())
        {
            root.Subcommands.Add(verb);
        }

        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction wrong)
        {
            // The whole help hides what is wrong; it is shown where a verb is missing, and that is what is wanted to be known.
            wrong.ShowHelp = parsed.CommandResult.Command.Subcommands.Count > 0 && args.Length <= 1;
        }

        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
        return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
    }

    private static IEnumerable<Command> Verbs() =>
    [
        DemoVerb.Make(), InitVerb.Make(), CheckVerb.Make(), RunVerb.Make(), OnceVerb.Make(), DiagnoseVerb.Make(), BackupVerb.Make(),
        DeployVerb.Make(), RunsVerbs.Make(), IncidentVerbs.Make(), RequestVerbs.Make(), SilenceVerbs.Make(), PlaybookVerbs.Make(), .. DaemonVerbs.Make(),
    ];
}

internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int BadInput = 2;
    public const int NoDaemon = 3;
}
