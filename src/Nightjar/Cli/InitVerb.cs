using System.CommandLine;
using System.Text.Json;
using Nightjar.Init;

namespace Nightjar.Cli;

/// <summary><c>nightjar init</c>: a first configuration from what is found here.</summary>
internal static class InitVerb
{
    public static Command Make()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The service's folder", DefaultValueFactory = _ => "." };
        var command = new Command("init", "Write a first nightjar.yaml from what is found here; asks nothing, overwrites nothing") { folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = Configured.PathOf(parsed);
            var first = FirstConfiguration.From(new FolderScan(Environment.GetEnvironmentVariable).Look(Path.GetFullPath(parsed.GetRequiredValue(folder))));
            try
            {
                if (!await FirstFile.TryCreateAsync(path, first.Yaml, cancellationToken))
                {
                    await Console.Error.WriteLineAsync($"nightjar: {path} is there already and was left alone; name another with --config");
                    return ExitCode.BadInput;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"nightjar: {path} cannot be written: {e.Message}");
                return ExitCode.Failed;
            }

            if (parsed.GetValue(Options.Json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new { file = path, lookOver = first.LookOver }));
                return ExitCode.Ok;
            }

            Console.Out.WriteLine($"Wrote {path}. Look over:");
            foreach (var item in first.LookOver)
            {
                Console.Out.WriteLine($"  - {item}");
            }

            Console.Out.WriteLine($"Then: nightjar check --config {path}");
            return ExitCode.Ok;
        });
        return command;
    }
}
