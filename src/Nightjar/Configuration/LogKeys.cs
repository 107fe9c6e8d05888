using Nightjar.Core.Services;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of logs that more than one place takes.</summary>
internal static class LogKeys
{
    /// <summary>Characters that systemd allows in a unit's name, and those of patterns.</summary>
    public static readonly Scalar<string> Unit = Signature("a unit such as shop.service", @"^[A-Za-z0-9:_.@\\*?\[\]-]{1,255}$");

    private static readonly Section<LogTrigger> Trigger =
        new Section<LogTrigger>("{pattern, level, exception, condition}", "What makes a signal of a log event; where more than one of these is given, all must hold.", new LogTrigger())
            .Key("pattern", "A regular expression that the event must match.", Pattern(), o => o.Pattern, (o, v) => o with { Pattern = v })
            .Key("level", "The lowest level that fires. Ordinary errors count in the error rate anyway: error here makes a signal of each kind of them.", Choice(new Dictionary<string, TriggerLevel> { ["warning"] = TriggerLevel.Warning, ["error"] = TriggerLevel.Error, ["fatal"] = TriggerLevel.Fatal }), o => o.Level, (o, v) => o with { Level = v })
            .Key("exception", "The class of the exception, with * for any text; with or without its namespace.", Text("a class such as OutOfMemory*", longest: 300), o => o.Exception, (o, v) => o with { Exception = v })
            .Key("condition", "What kind of trouble it is, by the name that playbooks use.", Signature("lower-case words with dashes such as rate-limited", "^[a-z][a-z0-9]*(-[a-z0-9]+){0,9}$"), o => o.Condition, (o, v) => o with { Condition = v });

    public static readonly ListOf<LogTrigger> Triggers =
        new("a regular expression, a trigger, or a list of them", new Short<LogTrigger>(Pattern(), p => new LogTrigger(p), Trigger), orOne: true);

    /// <summary>Whether it says anything to look for.</summary>
    public static void CheckTriggers(string path, IReadOnlyList<LogTrigger> triggers, Reading reading)
    {
        for (var i = 0; i < triggers.Count; i++)
        {
            if (triggers[i] is { Pattern: null, Level: null, Exception: null } && reading.Has($"{path}[{i}]"))
            {
                reading.Blame($"{path}[{i}]", "names neither pattern nor level nor exception, so that every line would fire");
            }
        }
    }
}
