using System.CommandLine;
using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Hosting;
using Nightjar.Storage;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Cli;

/// <summary><c>nightjar backup FILE</c>: works beside a running daemon.</summary>
internal static class BackupVerb
{
    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "Where to put the copy; must not exist" };
        var command = new Command("backup", "Copy the store to a file, also while the daemon runs") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var target = parsed.GetRequiredValue(file);
            try
            {
                var folder = StateFolders.For(parsed).FirstOrDefault(f => File.Exists(StateFiles.Store(f)))
                    ?? throw new StoreRefusedException($"There is no store in {string.Join(" or ", StateFolders.For(parsed))}; name the folder with --state");
                SqliteStore.Backup(StateFiles.Store(folder), target, cancellationToken);
                if (parsed.GetValue(Options.Json))
                {
                    Console.Out.WriteLine(JsonSerializer.Serialize(new { file = Path.GetFullPath(target), store = StateFiles.Store(folder) }));
                    return ExitCode.Ok;
                }

                Console.Out.WriteLine($"{target} holds a copy of {StateFiles.Store(folder)}. To go back to it: stop Nightjar and put it in that place.");
                return ExitCode.Ok;
            }
            catch (Exception e) when (e is StoreRefusedException or StoreUnavailableException or IOException or UnauthorizedAccessException or BadConfigurationException)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
