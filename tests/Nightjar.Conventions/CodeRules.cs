using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nightjar.Conventions;

public sealed class CodeRules
{
    /// <summary>Event ids by folder, the longest match first; an id is never used again for another message.</summary>
    private static readonly (string Folder, int From, int To)[] EventIds =
    [
        ("src/Nightjar/Demo/", 7000, 7499),
        ("src/Nightjar/Configuration/", 7500, 7999),
        ("src/Nightjar/Init/", 7500, 7999),
        ("src/Nightjar.Core/", 1000, 1999),
        ("src/Nightjar.Logs/", 2000, 2999),
        ("src/Nightjar.Connectors/", 3000, 3999),
        ("src/Nightjar.Agents/", 4000, 4999),
        ("src/Nightjar.Storage/", 5000, 5999),
        ("src/Nightjar.Web/", 6000, 6999),
        ("src/Nightjar/", 8000, 8999),
    ];

    [Fact]
    public void Nothing_in_Core_silences_the_compiler_about_null() => Rule.Holds("null", Forgiven(Tree.Ours));

    [Fact]
    public void Only_the_program_writes_to_the_console() => Rule.Holds("console", ConsoleUses(Tree.Ours));

    [Fact]
    public void Event_ids_are_unique_and_in_their_rooms_range() => Rule.Holds("event-id", WrongEventIds(Tree.Ours));

    /// <summary>In Core no <c>!</c> at all; elsewhere no <c>null!</c> and <c>default!</c>.</summary>
    internal static IEnumerable<Violation> Forgiven(Tree tree) =>
        from source in tree.CSharp("src")
        from forgiven in source.Code.GetRoot().DescendantNodes().OfType<PostfixUnaryExpressionSyntax>()
        where forgiven.IsKind(SyntaxKind.SuppressNullableWarningExpression)
        where source.Path.StartsWith("src/Nightjar.Core/", StringComparison.Ordinal)
            || forgiven.Operand.Kind() is SyntaxKind.NullLiteralExpression or SyntaxKind.DefaultLiteralExpression or SyntaxKind.DefaultExpression
        select new Violation(source.Path, $"line {Line(forgiven)}: {forgiven}");

    internal static IEnumerable<Violation> ConsoleUses(Tree tree) =>
        from source in tree.CSharp("src")
        where !source.Path.StartsWith("src/Nightjar/", StringComparison.Ordinal)
        from name in source.Code.GetRoot().DescendantNodes().OfType<IdentifierNameSyntax>()
        where name.Identifier.ValueText == "Console" && name.Parent is MemberAccessExpressionSyntax access && (access.Expression == name || access.Expression.ToString() == "System")
        select new Violation(source.Path, $"line {Line(name)}: {name.Parent}");

    internal static IEnumerable<Violation> WrongEventIds(Tree tree)
    {
        var all = (from source in tree.CSharp("src")
                   from attribute in source.Code.GetRoot().DescendantNodes().OfType<AttributeSyntax>()
                   where attribute.Name.ToString() is "LoggerMessage" or "LoggerMessageAttribute"
                   select (source.Path, Id: EventId(attribute), Line: Line(attribute))).ToList();
        foreach (var (path, id, line) in all)
        {
            var room = EventIds.FirstOrDefault(r => path.StartsWith(r.Folder, StringComparison.Ordinal));
            if (id is null)
            {
                yield return new Violation(path, $"line {line}: give the event id as a number");
            }
            else if (id < room.From || id > room.To)
            {
                yield return new Violation(path, $"line {line}: event id {id} is not between {room.From} and {room.To}");
            }
        }

        foreach (var twice in all.Where(e => e.Id is not null).GroupBy(e => e.Id).Where(g => g.Count() > 1))
        {
            yield return new Violation(string.Create(CultureInfo.InvariantCulture, $"{twice.Key}"), $"the event id is used {twice.Count()} times: {string.Join(", ", twice.Select(e => $"{e.Path}:{e.Line}"))}");
        }
    }

    private static int? EventId(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var id = arguments.FirstOrDefault(a => a.NameEquals?.Name.ToString() == "EventId" || a.NameColon?.Name.ToString() == "eventId")
            ?? arguments.FirstOrDefault(a => a.NameEquals is null && a.NameColon is null);
        return id?.Expression is LiteralExpressionSyntax { Token.Value: int value } ? value : null;
    }

    private static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
