using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Configuration;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Hosting;
using Quoting = Nightjar.Core.Proposal.Quoting;

namespace Nightjar.Cli;

/// <summary><c>nightjar diagnose</c>: what the evidence alone says of the cause, of something that runs now or of a bundle on disk. Changes nothing, calls no model.</summary>
internal static class DiagnoseVerb
{
    /// <summary>A snapshot at its bounds is some 10 MB of JSON.</summary>
    private const int LargestBundle = 128 * 1024 * 1024;

    public static Command Make()
    {
        var what = new Argument<string?>("WHAT") { Description = "A service of the configuration, or namespace/name of something in the cluster (namespace/ for all of it)", Arity = ArgumentArity.ZeroOrOne };
        var context = new Option<string>("--context") { Description = "The kubeconfig's context (default: those of the configuration, else the current one)", HelpName = "NAME" };
        var bundle = new Option<string>("--bundle") { Description = "An evidence bundle instead of what runs (see: nightjar incident export)", HelpName = "FILE" };
        var kubectl = new Option<string>("--kubectl") { Description = "Outputs of kubectl get, describe and logs instead: a folder of text files, or a JSON map of command to output", HelpName = "DIR" };
        var command = new Command("diagnose", "Rank the causes that the evidence speaks for, with quotes; no model is asked: 0 nothing found, 1 causes, 2 it could not look") { what, context, bundle, kubectl };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var options = OptionsOf(parsed);
                var evidence = parsed.GetValue(bundle) is { } file ? await ReadAsync(file, cancellationToken)
                    : parsed.GetValue(kubectl) is { } outputs ? await KubectlFiles.ReadAsync(outputs, parsed.GetValue(what), TimeProvider.System, cancellationToken)
                    : parsed.GetValue(what) is { Length: > 0 } named ? await LookAsync(options, named, parsed.GetValue(context), cancellationToken)
                    : throw new FormatException("Name a service, namespace/name, or what to read with --bundle or --kubectl");
                var ranking = DiagnosisEngine.Rank(evidence);
                if (parsed.GetValue(Options.Json))
                {
                    Console.Out.WriteLine(JsonSerializer.Serialize(new { service = evidence.Service, taken = evidence.TakenAt, ranking.Unresolved, ranking.Causes, ranking.Quotes, ranking.Missing, Playbooks = ranking.Causes.ToDictionary(c => $"{c.Cause} {c.About}", c => Fitting(options, c)) }, BundleFormat.Json));
                }
                else
                {
                    Print(Console.Out, evidence, ranking, options);
                }

                return ranking.Causes.IsEmpty ? ExitCode.Ok : ExitCode.Failed;
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or NoDaemonException or RefusedException)
            {
                await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
                return ExitCode.BadInput;
            }
        });
        return command;
    }

    /// <summary>A cluster is looked at without a configuration, too.</summary>
    private static NightjarOptions? OptionsOf(ParseResult parsed)
    {
        if (!File.Exists(Configured.PathOf(parsed)))
        {
            return null;
        }

        var read = Configured.Read(parsed);
        return read.Options is { } options ? Configured.InState(parsed, options) : throw new FormatException(read.Message);
    }

    private static async Task<EvidenceBundle> ReadAsync(string file, CancellationToken cancellationToken) =>
        new FileInfo(file) is { Exists: true, Length: > LargestBundle } ? throw new FormatException($"{file} is larger than {LargestBundle / 1024 / 1024} MB")
        : BundleFormat.Read(await File.ReadAllTextAsync(file, cancellationToken));

    private static async Task<EvidenceBundle> LookAsync(NightjarOptions? options, string named, string? context, CancellationToken cancellationToken)
    {
        var service = options?.Services.FirstOrDefault(s => s.Name.Value == named) ?? new Service { Name = new ServiceName(named) };
        if (service.Kubernetes.IsEmpty && !named.Contains('/', StringComparison.Ordinal))
        {
            return await AskAsync(options, service, cancellationToken);
        }

        var clusters = (options?.Kubernetes ?? new KubernetesOptions()) with { IsOn = true };
        clusters = context is null ? clusters : clusters with { Contexts = [context] };
        // Rights in the one namespace are enough then.
        var spaces = service.Kubernetes.IsEmpty ? [named.Split('/')[0]] : service.Kubernetes.Select(p => p.Namespace).Distinct().ToImmutableArray();
        var (snapshot, missing) = await new KubernetesRoom(clusters with { Namespaces = spaces, Exclude = [] }, TimeProvider.System).Evidence.AroundAsync(service, null, cancellationToken);
        if (snapshot is null)
        {
            throw new FormatException(missing.IsEmpty ? $"{named} is nowhere in the cluster" : string.Join(Environment.NewLine, missing));
        }

        return new EvidenceBundle
        {
            Service = service.Name, TakenAt = snapshot.TakenAt, Onset = snapshot.TakenAt, Cluster = snapshot, Missing = missing,
            Trigger = new Signal { Kind = SignalKind.Finding, Service = service.Name, At = snapshot.TakenAt },
        };
    }

    /// <summary>What runs elsewhere is what the daemon has seen of it: its newest incident.</summary>
    private static async Task<EvidenceBundle> AskAsync(NightjarOptions? options, Service service, CancellationToken cancellationToken)
    {
        using var daemon = DaemonClient.Connect(options is null ? [] : [options.State]);
        var incidents = await daemon.GetAsync($"incidents?service={Uri.EscapeDataString(service.Name.Value)}&limit=1", cancellationToken);
        if ((long?)incidents["incidents"]?.AsArray().FirstOrDefault()?["number"] is not { } number)
        {
            throw new FormatException($"{service.Name} has no incident, and runs in no cluster that is known here");
        }

        return BundleOf(await daemon.GetAsync(string.Create(CultureInfo.InvariantCulture, $"incidents/{number}"), cancellationToken)) ?? throw new FormatException($"no evidence was gathered yet for incident #{number} of {service.Name}");
    }

    /// <summary>The newest bundle in the API's answer about an incident.</summary>
    internal static EvidenceBundle? BundleOf(JsonNode answer) =>
        answer["evidence"]?.AsArray().LastOrDefault()?["bundle"] is { } bundle ? bundle.Deserialize<EvidenceBundle>(BundleFormat.Json) : null;

    private static void Print(TextWriter output, EvidenceBundle evidence, CauseRanking ranking, NightjarOptions? options)
    {
        var subject = evidence.Cluster is { } cluster ? $"{cluster.Subject} in {cluster.Cluster}" : evidence.Service.Value;
        output.WriteLine($"{Quoting.Plain(subject, 300)}, looked at {evidence.TakenAt:u}");
        output.WriteLine(ranking.Named is null ? $"Unresolved: {ranking.Unresolved}." : "");
        foreach (var (i, cause) in ranking.Causes.Index())
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {cause.Cause} ({cause.Family}), confidence {cause.Confidence:0.00}"));
            output.WriteLine($"   {Quoting.Plain(cause.Says, 500)}");
            foreach (var quote in ranking.QuotesOf(cause))
            {
                output.WriteLine($"   [{quote.Id}] {Quoting.Plain(quote.Source, 200)}: {Quoting.Plain(quote.Text, 600)}");
            }

            Line(output, "change", cause.Change);
            Line(output, "confirm", cause.Confirm);
            Line(output, "refute", cause.Refute);
            Line(output, "playbook", string.Join(", ", Fitting(options, cause)) is { Length: > 0 } fitting ? fitting : "none fits");
            Line(output, "because", string.Join("; ", cause.Parts.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Points:+0.0#;-0.0#} {p.Says}"))));
        }

        foreach (var missing in ranking.Missing)
        {
            output.WriteLine($"not seen: {Quoting.Plain(missing, 500)}");
        }
    }

    /// <summary>Playbooks for the condition or the cause, the most particular first.</summary>
    private static List<string> Fitting(NightjarOptions? options, RankedCause cause)
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "playbooks");
        var read = options is null ? new PlaybookReader(shipped, shipped, []) : PlaybookHost.ReaderOf(options);
        return [.. read.Read().Playbooks.Where(p => Fits(p.When, cause)).OrderByDescending(p => p.When.Weight).Select(p => p.Name)];
    }

    private static bool Fits(PlaybookMatch when, RankedCause cause) =>
        (when.Conditions.Contains(cause.Condition) || when.Conditions.Contains(cause.Cause)) && (when.Workloads.IsEmpty || when.Workloads.Contains(cause.About.Kind.ToLowerInvariant()));

    private static void Line(TextWriter output, string name, string text)
    {
        if (text.Length > 0)
        {
            output.WriteLine($"   {name,-9} {Quoting.Plain(text, 700)}");
        }
    }
}
