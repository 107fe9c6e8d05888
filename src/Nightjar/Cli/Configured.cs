using System.CommandLine;
using Nightjar.Configuration;

namespace Nightjar.Cli;

/// <summary>Reads the configuration for the verbs that need all of it.</summary>
internal static class Configured
{
    public static string PathOf(ParseResult parsed) => parsed.GetValue(Options.Config) ?? StateFolders.ConfigName;

    public static ConfigurationResult Read(ParseResult parsed) => new ConfigurationReader(Environment.GetEnvironmentVariable).ReadFile(PathOf(parsed));

    /// <summary>The options; null after every fault was printed.</summary>
    public static async Task<NightjarOptions?> OptionsAsync(ParseResult parsed)
    {
        var result = Read(parsed);
        if (result.Options is null)
        {
            await Console.Error.WriteLineAsync(result.Message);
            return null;
        }

        return InState(parsed, result.Options);
    }

    /// <summary>The options with the state folder that the command line names.</summary>
    public static NightjarOptions InState(ParseResult parsed, NightjarOptions options) =>
        parsed.GetValue(Options.State) is { } state ? options with { State = Path.GetFullPath(state) } : options;
}
