using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Cli;

/// <summary>What a verb that speaks to the daemon is given.</summary>
internal sealed record Client(DaemonClient Daemon, ParseResult Parsed, TextWriter Out, bool Json)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Prints the node itself for programs, or lines for people.</summary>
    public void Print(JsonNode node, Action<TextWriter> forPeople)
    {
        if (Json)
        {
            Out.WriteLine(node.ToJsonString(Indented));
        }
        else
        {
            forPeople(Out);
        }
    }

    public void Say(JsonNode answer, string fallback) =>
        Print(answer, o => o.WriteLine(answer["says"]?.GetValue<string>() is { Length: > 0 } says ? says : fallback));
}

internal static class ClientVerb
{
    /// <summary>Finds the daemon, runs the verb, and turns refusals into exit codes.</summary>
    public static Command Does(this Command command, Func<Client, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                using var daemon = DaemonClient.Connect(StateFolders.For(parsed));
                return await run(new Client(daemon, parsed, Console.Out, parsed.GetValue(Options.Json)), cancellationToken);
            }
            catch (BadConfigurationException e)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.BadInput;
            }
            catch (NoDaemonException e)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.NoDaemon;
            }
            catch (RefusedException e)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
