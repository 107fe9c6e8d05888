using Spectre.Console;

namespace Nightjar.Cli;

/// <summary>A Spectre console over a writer; plain text when it is not a terminal.</summary>
internal static class Terminal
{
    public static IAnsiConsole For(TextWriter output)
    {
        var plain = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect, ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        if (plain)
        {
            // Nothing is wrapped for a file or a pipe.
            console.Profile.Width = 10_000;
        }

        return console;
    }
}
