using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nightjar.Conventions;

/// <summary>What does not fit on a screen is not read.</summary>
public sealed class SizeRules(ITestOutputHelper output)
{
    private const int LongestFile = 300;

    private const int LongestTourFile = 150;

    private const int LongestMethod = 70;

    private const int LongestProgram = 60;

    /// <summary>The files that lead a newcomer through one incident; those that exist are held to their limit.</summary>
    private static readonly string[] Tour = ["PodWatcher.cs", "Intake.cs", "Incident.cs", "IncidentLoop.cs", "HealStage.cs", "InvestigateStage.cs", "ProposeStage.cs", "VerifyStage.cs"];

    [Fact]
    public void Files_are_short()
    {
        Report("lines of a file in src", [.. Tree.Ours.CSharp("src").Select(f => Lines(f.Code))]);
        Rule.Holds("file-size", LongFiles(Tree.Ours));
    }

    [Fact]
    public void Methods_are_short()
    {
        Report("lines of a method in src", [.. Tree.Ours.CSharp("src").SelectMany(f => Methods(f.Code)).Select(m => m.Lines)]);
        Rule.Holds("method-size", LongMethods(Tree.Ours));
    }

    internal static IEnumerable<Violation> LongFiles(Tree tree) =>
        from file in tree.CSharp("src", "tests", "benchmarks")
        let lines = Lines(file.Code)
        let limit = !file.Path.StartsWith("src/", StringComparison.Ordinal) ? LongestFile
            : Tour.Contains(Path.GetFileName(file.Path)) ? LongestTourFile
            : file.Path == "src/Nightjar/Program.cs" ? LongestProgram
            : LongestFile
        where lines > limit
        select new Violation(file.Path, $"has {lines} lines; {limit} are allowed");

    internal static IEnumerable<Violation> LongMethods(Tree tree) =>
        from file in tree.CSharp("src", "tests", "benchmarks")
        from method in Methods(file.Code)
        where method.Lines > LongestMethod
        select new Violation($"{file.Path}:{method.Name}", $"has {method.Lines} lines; {LongestMethod} are allowed");

    private static int Lines(SyntaxTree code) => code.GetText().ToString().TrimEnd().Split('\n').Length;

    /// <summary>From the signature, attributes left out, to the closing brace.</summary>
    private static IEnumerable<(string Name, int Lines)> Methods(SyntaxTree code) =>
        from method in code.GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
        where method.Body is not null || method.ExpressionBody is not null
        let first = method.ChildNodesAndTokens().First(c => !c.IsKind(Microsoft.CodeAnalysis.CSharp.SyntaxKind.AttributeList))
        let span = code.GetLineSpan(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(first.Span.Start, method.Span.End))
        select (Name: method is MethodDeclarationSyntax named ? named.Identifier.ValueText : "constructor or operator", Lines: span.EndLinePosition.Line - span.StartLinePosition.Line + 1);

    private void Report(string what, IReadOnlyList<int> sizes)
    {
        var ordered = sizes.Order().ToList();
        output.WriteLine(ordered.Count == 0 ? $"{what}: none" : $"{what}: {ordered.Count}, median {ordered[ordered.Count / 2]}, p90 {ordered[ordered.Count * 9 / 10]}, longest {ordered[^1]}");
    }
}
