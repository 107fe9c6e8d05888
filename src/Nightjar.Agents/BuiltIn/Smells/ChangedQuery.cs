using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn.Smells;

/// <summary>What is asked of a database was changed; it says more when the error comes from one.</summary>
internal sealed partial class ChangedQuery : ISmell
{
    public Smelled? Sniff(ChangedFunction change) =>
        change.Added.Any(l => Query().IsMatch(l))
            ? new Smelled("changed-query", "It changed a database query", null, Database().IsMatch(change.Trouble) ? 1.2 : 0.3)
            : null;

    [GeneratedRegex(@"\bSELECT\b.*\b(?:FROM|\w+\()|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b|\b(?:LEFT|INNER)\s+JOIN\b|\bWHERE\s+\w+\s*(?:=|<|>|IN\b|LIKE\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Query();

    [GeneratedRegex(@"Sql|DbUpdate|Postgres|ORA-\d|OperationalError|IntegrityError|ProgrammingError|syntax error at|no such (?:column|table)|duplicate key|deadlock", RegexOptions.CultureInvariant)]
    private static partial Regex Database();
}
