using System.Collections.Frozen;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Healing;

/// <summary>Whether an action may be done, and why.</summary>
public sealed record RiskVerdict(HealRisk Risk, string Why);

/// <summary>
/// Decides what may be done by itself, what a person is asked for, and what is never done. Pure: mode, playbook, remedy and the
/// watch of the container each may only make it stricter.
/// </summary>
public static class RiskPolicy
{
    /// <summary>
    /// Words of a remedy that a person should see first though nobody wrote what it touches. A net under the list, not the list:
    /// what is missing here is still only what the configuration of the service says, word for word.
    /// </summary>
    private static readonly FrozenSet<string> Telling = new[]
    {
        "migrate", "migration", "migrations", "drop", "truncate", "alter", "volume", "volumes", "prune", "rm", "rmdir", "mkfs", "dd", "shred",
        "iptables", "nft", "ip", "ifconfig", "route", "passwd", "chpasswd", "secret", "secrets", "key", "keys", "rotate", "schema", "flushall", "purge", "delete",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly char[] Between = [' ', '/', '-', '_', '=', '.', ':', ';', ',', '\'', '"', '(', ')', '?', '&'];

    /// <param name="remedy">Where the action comes from; null for built-in ones.</param>
    public static RiskVerdict Judge(HealAction action, HealRisk playbook, Remedy? remedy, Treated treated, Conduct conduct) => action switch
    {
        _ when conduct.DryRun => new(HealRisk.Never, "a dry run does nothing"),
        _ when conduct.Mode == Mode.Observe => new(HealRisk.Never, "mode observe changes nothing that runs"),
        _ when playbook == HealRisk.Never || remedy?.Risk == HealRisk.Never => new(HealRisk.Never, "it is marked as never to be done"),
        HealAction.Restart or HealAction.Stop or HealAction.Start when !treated.AutoRestart => new(HealRisk.Never, "its container is not to be restarted by playbooks (autoRestart: off)"),
        _ when treated.IsCritical => new(HealRisk.Ask, "its container is critical"),
        _ when remedy is { Touches: [var first, ..] } => new(HealRisk.Ask, $"it touches {Word(first)}"),
        HealAction.LastImage or HealAction.RaiseMemory or HealAction.MendProbe or HealAction.AddKey => new(HealRisk.Ask, $"it touches {Word(Touches.Configuration)}"),
        HealAction.Cordon or HealAction.Uncordon => new(HealRisk.Ask, "others run on the node, too"),
        _ when Says(action) is { } word => new(HealRisk.Ask, $"it says {word}"),
        _ when playbook == HealRisk.Ask || remedy?.Risk == HealRisk.Ask => new(HealRisk.Ask, "it is marked as to be asked for"),
        _ when conduct.Mode == Mode.Approve => new(HealRisk.Ask, "mode approve asks before it acts"),
        _ => new(HealRisk.Safe, "it is safe"),
    };

    private static string Word(Touches touches) => touches switch
    {
        Touches.Volume => "a volume",
        Touches.Migration => "a database migration",
        Touches.Configuration => "the configuration",
        Touches.Network => "the network",
        Touches.Secret => "a secret or key",
        Touches.Schema => "a schema",
    };

    private static string? Says(HealAction action) => action switch
    {
        HealAction.Exec exec => exec.Command.SelectMany(Words).FirstOrDefault(Telling.Contains),
        HealAction.Call call => call.Method.Equals("DELETE", StringComparison.OrdinalIgnoreCase) ? "DELETE" : Words(call.Url.PathAndQuery).FirstOrDefault(Telling.Contains),
        _ => null,
    };

    private static string[] Words(string text) => text.Split(Between, StringSplitOptions.RemoveEmptyEntries);
}
