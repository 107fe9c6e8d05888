using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nightjar.Configuration;

namespace Nightjar.Init;

/// <summary>A first <c>nightjar.yaml</c>, and what a person should look over in it.</summary>
internal sealed record FirstConfiguration(string Yaml, ImmutableArray<string> LookOver)
{
    /// <summary>A name longer than this is no name of a service; the reader refuses it.</summary>
    private const int LongestName = 100;

    /// <summary>Writes what was found; what was not found stands there as a remark, to be filled in.</summary>
    public static FirstConfiguration From(FoundFacts facts)
    {
        var name = Name(facts.Folder);
        var page = new StringBuilder();
        var lookOver = ImmutableArray.CreateBuilder<string>();
        page.Append("# A first configuration, written by nightjar init from what is in this folder. Look it over, then: nightjar check\n");
        page.Append("# Every key is explained in docs/configuration.md; what is left out has a safe default.\n\n");
        page.Append("services:\n");
        page.Append("  - name: ").Append(Value(name)).Append('\n');
        WriteLogs(facts, name, page, lookOver);
        WriteCode(facts, page, lookOver);
        WriteHealth(facts, page, lookOver);
        page.Append("\n# observe (look, diagnose, report; change nothing that runs), approve (ask before acting) or autonomous.\nmode: observe\n");
        if (facts.KubeContext is { } context)
        {
            page.Append("\n# The current Kubernetes context is ").Append(Quoting.Comment(Quoting.Scalar(context))).Append("; it is not watched yet.\n");
        }

        lookOver.AddRange(facts.Unseen.Select(u => $"Could not look at {u}"));
        return new FirstConfiguration(page.ToString(), lookOver.ToImmutable());
    }

    private static void WriteLogs(FoundFacts facts, string name, StringBuilder page, ImmutableArray<string>.Builder lookOver)
    {
        if (facts.Logs.IsEmpty)
        {
            page.Append("    # logs: ").Append(Quoting.Comment($"/var/log/{Quoting.Scalar(name)}/*.log")).Append("   # no log file was found here: say where it writes them\n");
            lookOver.Add("logs: no log file was found; without logs there is no error rate and no stack trace to go by");
            return;
        }

        page.Append("    logs:\n");
        foreach (var glob in facts.Logs)
        {
            page.Append("      - ").Append(Value(glob)).Append('\n');
        }

        lookOver.Add("logs: these files were found by their names; see that the service writes them");
        if (facts.Folder.AsSpan().ContainsAny('*', '?', '['))
        {
            lookOver.Add("logs: the folder's own name has a wildcard in it and may match more than is meant");
        }
    }

    private static void WriteCode(FoundFacts facts, StringBuilder page, ImmutableArray<string>.Builder lookOver)
    {
        if (facts.Repository is not { } repository)
        {
            page.Append("    # repository: {path: /srv/git/this.git, base: main}   # no git repository was found: without one no cause can be traced to a commit\n");
            page.Append("    # check: ").Append(Quoting.Comment(facts.Checks.FirstOrDefault()?.Command ?? "./check.sh")).Append('\n');
            lookOver.Add("repository: none was found; without one no cause can be traced to a commit, and no fix proposed");
            return;
        }

        page.Append("    repository:\n      path: ").Append(Value(repository.Path)).Append("\n      base: ").Append(Value(repository.BaseBranch)).Append('\n');
        if (repository.CurrentBranch != repository.BaseBranch)
        {
            lookOver.Add($"repository.base: fixes are proposed to {Wording.Quote(repository.BaseBranch)}; checked out is {(repository.CurrentBranch is { } branch ? Wording.Quote(branch) : "no branch")}");
        }

        if (facts.Checks.IsEmpty)
        {
            page.Append("    # check: ./check.sh   # how are its build and tests run? Without a check no fix is proposed\n");
            lookOver.Add("check: nothing says how its tests are run; without a check no fix is proposed");
            return;
        }

        var check = facts.Checks[0];
        page.Append("    check:   # because of ").Append(Quoting.Comment(Quoting.Scalar(check.Because))).Append("\n      command: ").Append(Value(check.Command)).Append('\n');
        foreach (var other in facts.Checks.Skip(1))
        {
            page.Append("      # command: ").Append(Quoting.Comment(other.Command)).Append("   # because of ").Append(Quoting.Comment(Quoting.Scalar(other.Because))).Append('\n');
        }

        page.Append("      # network: on   # the check has no network unless this is set\n");
        lookOver.Add($"check: {check.Command} is a guess from {Wording.Quote(check.Because)}{(check.NeedsNetwork ? "; if it downloads packages, set network: on" : "")}");
    }

    private static void WriteHealth(FoundFacts facts, StringBuilder page, ImmutableArray<string>.Builder lookOver)
    {
        var answering = facts.Compose.FirstOrDefault(s => s.Port is not null && s.HealthPath is not null);
        if (answering is not null)
        {
            page.Append("    health: ").Append(Value(Url(answering, answering.HealthPath))).Append('\n');
            lookOver.Add($"health: taken from the health check of {Wording.Quote(answering.Name)} in the compose file");
        }
        else
        {
            page.Append("    # health: ").Append(Url(facts.Compose.FirstOrDefault(s => s.Port is not null), "/health")).Append("   # which URL answers 2xx while it is well?\n");
            lookOver.Add("health: no health check was found; name a URL that answers 2xx while the service is well");
        }

        if (!facts.Compose.IsEmpty)
        {
            page.Append("\n# The compose file starts these; each that you look after is a service of its own:\n");
        }

        foreach (var service in facts.Compose)
        {
            page.Append("#   - name: ").Append(Quoting.Comment(Value(service.Name)));
            page.Append(service.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"   # port {port}\n") : "\n");
        }
    }

    private static string Url(FoundContainer? service, string? path) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{service?.Port ?? 5000}{path}");

    private static string Name(string folder)
    {
        var name = Path.GetFileName(folder);
        name = name.Length > LongestName ? name[..LongestName] : name;
        return string.IsNullOrWhiteSpace(name) ? "service" : name;
    }

    /// <summary>The text as a YAML value in which nothing is a variable.</summary>
    private static string Value(string text) => Quoting.Scalar(text.Replace("${", "$${", StringComparison.Ordinal));
}
