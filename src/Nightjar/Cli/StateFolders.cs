using System.CommandLine;
using Nightjar.Configuration;
using Nightjar.Demo;

namespace Nightjar.Cli;

/// <summary>Where a client looks for its daemon: what it was told, else the configuration here, else the usual folder, else the demo.</summary>
internal static class StateFolders
{
    public const string ConfigName = "nightjar.yaml";

    /// <summary>The folder of the demo, whose daemon the client verbs find when nothing else runs.</summary>
    public static string Demo => Path.Combine(Usual, "demo");

    private static string Usual => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
        "nightjar");

    public static IReadOnlyList<string> For(ParseResult parsed)
    {
        if (parsed.GetValue(Options.State) is { } told)
        {
            return [Path.GetFullPath(told), DemoPlan.StateIn(Path.GetFullPath(told))];
        }

        var config = parsed.GetValue(Options.Config) ?? (File.Exists(ConfigName) ? ConfigName : null);
        if (config is not null)
        {
            return new ConfigurationReader(Environment.GetEnvironmentVariable).ReadFile(config) is { Options: { } options }
                ? [options.State]
                : throw new BadConfigurationException($"{config} cannot be read, so it is not known where the daemon's state is; see: nightjar check --config {config}");
        }

        return [Usual, DemoPlan.StateIn(Demo)];
    }
}

/// <summary>A configuration was named, or is here, and cannot be used.</summary>
internal sealed class BadConfigurationException(string message) : Exception(message);
