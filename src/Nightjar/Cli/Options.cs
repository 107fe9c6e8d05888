using System.CommandLine;

namespace Nightjar.Cli;

/// <summary>Options that every verb takes.</summary>
internal static class Options
{
    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON, for programs", Recursive = true };

    public static readonly Option<string> Config = new("--config", "-c")
    {
        Description = "The configuration file (default: nightjar.yaml in this folder)",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string> State = new("--state")
    {
        Description = "The state folder (default: the one of the configuration, else that of a running daemon or demo of this user)",
        HelpName = "FOLDER",
        Recursive = true,
    };
}
