using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Nightjar.Configuration;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Rights;
using Nightjar.Core.Evidence;
using Nightjar.Core.Policy;

namespace Nightjar.Cli;

/// <summary><c>nightjar deploy check</c>: whether the account in a cluster has the rights that the mode needs, and no more.</summary>
internal static class DeployVerb
{
    public static Command Make() => new("deploy", "What a cluster must grant Nightjar") { Check() };

    private static Command Check()
    {
        var mode = new Option<Mode?>("--mode") { Description = "The mode whose needs are compared: observe, approve or autonomous (default: the configuration's)", HelpName = "MODE" };
        var account = new Option<string>("--as") { Description = "Ask about this account instead of our own, such as system:serviceaccount:nightjar:nightjar", HelpName = "ACCOUNT" };
        var command = new Command("check", "Ask the cluster what the account may do: 0 as the mode needs, 1 something is missing or too much, 2 it could not be asked") { mode, account };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await OptionsAsync(parsed) is not { } options)
            {
                return ExitCode.BadInput;
            }

            var asked = parsed.GetValue(mode) ?? options.Conduct.Mode;
            var found = await new KubernetesRoom(options.Kubernetes, TimeProvider.System).RightsAsync(asked, parsed.GetValue(account), cancellationToken);
            foreach (var (cluster, _, why) in found.Where(f => f.Found is null))
            {
                await Console.Error.WriteLineAsync($"nightjar: {cluster}: {why}");
            }

            Print(asked, [.. found.Select(f => f.Found).OfType<RightsFound>()], parsed.GetValue(Options.Json));
            return found.Any(f => f.Found is null) ? ExitCode.BadInput : found.All(f => f.Found is { IsRight: true }) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>Before anything is installed there is no configuration: then the current context, all of it, in observe.</summary>
    private static async Task<NightjarOptions?> OptionsAsync(ParseResult parsed)
    {
        if (parsed.GetValue(Options.Config) is null && !File.Exists(StateFolders.ConfigName))
        {
            return new NightjarOptions { Kubernetes = new KubernetesOptions { IsOn = true } };
        }

        return await Configured.OptionsAsync(parsed) is { } options ? options with { Kubernetes = options.Kubernetes with { IsOn = true } } : null;
    }

    private static void Print(Mode mode, ImmutableArray<RightsFound> found, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new { mode, clusters = found.Select(f => new { f.Cluster, f.Account, isRight = f.IsRight, missing = f.Missing.Select(m => new { m.What, m.Rights }), f.TooMuch, f.Asked }) }, BundleFormat.Json));
            return;
        }

        foreach (var one in found)
        {
            Console.Out.WriteLine($"{one.Cluster}, {one.Account}: {(one.IsRight ? $"has what {Word(mode)} needs, and no more" : $"is not as {Word(mode)} needs it")} ({one.Asked} rights asked).");
            foreach (var (what, rights) in one.Missing)
            {
                Console.Out.WriteLine($"  MISSING   cannot {what}: {string.Join(", ", rights)}");
            }

            foreach (var right in one.TooMuch)
            {
                Console.Out.WriteLine($"  TOO MUCH  {right}");
            }

            if (!one.IsRight)
            {
                Console.Out.WriteLine($"  -> kubectl apply -k deploy/kubernetes/overlays/{Word(mode)}, and take away what else the account is bound to");
            }
        }
    }

    private static string Word(Mode mode) => mode.ToString().ToLowerInvariant();
}
