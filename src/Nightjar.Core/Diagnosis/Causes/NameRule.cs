using System.Text.RegularExpressions;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>A host name leads nowhere: the name is wrong, or names are not resolved at all; in the words of resolvers (C library, Go, Node.js, Java, .NET, PostgreSQL's client).</summary>
internal sealed partial class NameRule : LogRule
{
    public override string Family => "routing";

    protected override IEnumerable<LoggedCause> Causes =>
    [
        new("name-resolution-failing", Silent(), Directness.Shows, m => $"gets no answer from its name server{Host(m)}", _ => "look at the cluster's DNS, at the pod's dnsPolicy and dnsConfig, and at network policies for port 53", "nslookup from inside the pod gets no answer", "names resolve there: then they did not for a while"),
        new("name-unresolved", Unresolved(), Directness.Fits, m => $"calls a host that has no address{Host(m)}", _ => "correct the host in its configuration, or create the service that it calls", "nslookup of that name from inside the pod fails", "the name resolves there: then it did not for a while"),
    ];

    protected override Candidate? Of(Facts facts, LoggedCause cause, Said said, Match match)
    {
        if (base.Of(facts, cause, said, match) is not { } candidate)
        {
            return null;
        }

        var host = match.Groups["host"].Value.TrimEnd('.');
        if (cause.Name == "name-resolution-failing" || host.Length == 0 || facts.Bundle.Cluster is null)
        {
            return candidate;
        }

        var space = facts.Top(said.About).Namespace;
        var quotes = candidate.Quotes.AddRange(facts.PodsOf(candidate.About).SelectMany(p => p.Containers.SelectMany(c => c.Addresses.Where(a => Address.HostOf(a.Value) == host).Select(a => new Said(SaidBy.Field, $"{p.Meta.Ref}", p.Meta.Ref, $"env.{a.Key}", $"env {a.Key}: {a.Value}", null)))).DistinctBy(s => s.Text).Take(1));
        return facts.Service(host, space) is not null || facts.Behind(host, space) is not null
            ? candidate with { Cause = "name-resolution-failing", Quotes = quotes, Says = $"{Name(candidate.About)} cannot resolve {Name(host)}, which is there: the name resolution itself fails", Change = "look at the cluster's DNS, at the pod's dnsPolicy and hostAliases, and at network policies for port 53" }
            : candidate with { Quotes = quotes, Directness = candidate.Directness == Directness.States || quotes.Length > 1 ? Directness.States : candidate.Directness };
    }

    private static string Host(Match match) => match.Groups["host"].Value is { Length: > 0 } host ? $": {Name(host)}" : "";

    /// <summary>The server of names is silent or is not there, whatever is asked.</summary>
    [GeneratedRegex(@"lookup (?<host>[\w.-]{1,253}) on \S{1,80}: (?:read udp [^\n]{1,120}: )?(?:i/o timeout|(?:read: |connect: )?connection refused|dial udp [^\n]{1,80}unreachable)|Temporary failure in name resolution|EAI_AGAIN (?<host>[\w.-]{1,253})|connection timed out; no servers could be reached", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Silent();

    [GeneratedRegex(@"lookup (?<host>[\w.-]{1,253})(?: on [^\s]{1,80})?: (?:no such host|server misbehaving)|ENOTFOUND (?<host>[\w.-]{1,253})|UnknownHostException: (?<host>[\w.-]{1,253})|could not translate host name ""(?<host>[^""]{1,253})"" to address|(?:Could not resolve host|Failed to resolve|Could not resolve hostname)[: ]{1,2}'?(?<host>[\w.-]{1,253})|Name or service not known(?: \((?<host>[\w.-]{1,253}):\d{1,5}\))?|nodename nor servname provided|getaddrinfo failed|bad address '(?<host>[^']{1,253})'|Unknown (?:MySQL server )?host '?(?<host>[\w.-]{1,253})|DNS resolution failed for (?<host>[\w.-]{1,253})|No such host is known", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Unresolved();
}
