using System.Globalization;
using System.Text.Json;
using Nightjar.Cli;
using Spectre.Console;

namespace Nightjar.Demo;

/// <summary>The live timeline: a line an event for people, with what is waited for below it on a terminal; JSON lines for programs.</summary>
internal sealed class DemoOutput(TextWriter writer, bool json, TimeProvider clock)
{
    /// <summary>Columns before the text of an event.</summary>
    private const int Indent = 26;

    private readonly IAnsiConsole console = Terminal.For(writer);
    private readonly long began = clock.GetTimestamp();
    private readonly bool isTerminal = !json && !Console.IsOutputRedirected;
    private readonly Lock gate = new();
    private string waiting = "";

    public void Title(string text)
    {
        if (!json)
        {
            Line($"[bold]{Markup.Escape(text)}[/]");
        }
    }

    /// <summary>An explanation that programs do not need.</summary>
    public void Remark(string text)
    {
        if (!json)
        {
            Line(Markup.Escape(text));
        }
    }

    public void Event(string who, string what, object? facts = null)
    {
        var seconds = clock.GetElapsedTime(began).TotalSeconds;
        if (json)
        {
            lock (gate)
            {
                writer.WriteLine(JsonSerializer.Serialize(new { t = Math.Round(seconds, 3), at = clock.GetUtcNow(), who, what, facts }, JsonSerializerOptions.Web));
                writer.Flush();
            }

            return;
        }

        var colour = who switch { "demo" => "grey", "you" => "yellow", "load" => "blue", _ => "green" };
        var lines = Wrap(what, Math.Max(30, console.Profile.Width - Indent - 1));
        Line(string.Create(CultureInfo.InvariantCulture, $"[grey]{seconds,6:0.0} s[/]  [{colour}]{Markup.Escape(who),-15}[/] {Markup.Escape(lines[0])}"));
        foreach (var line in lines.Skip(1))
        {
            Line(new string(' ', Indent) + Markup.Escape(line));
        }
    }

    /// <summary>Breaks at blanks; a word that is longer than a line (a link) stays whole.</summary>
    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var together = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            if (together.Length <= width || lines[^1].Length == 0)
            {
                lines[^1] = together;
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }

    /// <summary>What is waited for and how the load does; redrawn in place, on a terminal only.</summary>
    public void Waiting(string text)
    {
        if (!isTerminal)
        {
            return;
        }

        lock (gate)
        {
            var width = Math.Max(20, console.Profile.Width - 1);
            waiting = text.Length > width ? text[..width] : text;
            writer.Write($"\r\u001b[2K\u001b[90m{waiting}\u001b[0m");
            writer.Flush();
        }
    }

    public void Done()
    {
        lock (gate)
        {
            Clear();
            waiting = "";
        }
    }

    private void Line(string markup)
    {
        lock (gate)
        {
            Clear();
            console.MarkupLine(markup);
            if (waiting.Length > 0)
            {
                writer.Write($"\u001b[90m{waiting}\u001b[0m");
            }
        }
    }

    private void Clear()
    {
        if (isTerminal)
        {
            writer.Write("\r\u001b[2K");
        }
    }
}
