using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nightjar.Conventions;

/// <summary>Things are named by their nouns, acts by their verbs.</summary>
public sealed class NameRules
{
    private static readonly string[] Folders = ["Services", "Helpers", "Helper", "Utils", "Util", "Utilities", "Models", "Interfaces", "Managers", "Common", "Misc", "Shared"];

    private static readonly string[] Suffixes = ["Manager", "Helper", "Helpers", "Processor", "Util", "Utils", "Utilities", "Service"];

    [Fact]
    public void Folders_are_nouns_of_the_domain() => Rule.Holds("folder", BadFolders(Tree.Ours));

    [Fact]
    public void Types_do_not_end_in_words_that_say_nothing() => Rule.Holds("name", BadNames(Tree.Ours));

    [Fact]
    public void An_interface_has_two_implementations_or_a_reason() => Rule.Holds("interface", LoneInterfaces(Tree.Ours));

    [Fact]
    public void Every_exception_has_a_reason() => Assert.NotEmpty(Rule.Read(Tree.Ours.Text("tests/Nightjar.Conventions/allowed.txt")));

    internal static IEnumerable<Violation> BadFolders(Tree tree) =>
        from file in tree.Files
        where file.StartsWith("src/", StringComparison.Ordinal)
        let parts = file.Split('/')
        from depth in Enumerable.Range(2, Math.Max(0, parts.Length - 3))
        where Folders.Contains(parts[depth])
        select new Violation(string.Join('/', parts[..(depth + 1)]), $"a folder is named for what it holds, not {parts[depth]}");

    internal static IEnumerable<Violation> BadNames(Tree tree) =>
        from source in tree.CSharp("src", "tests", "benchmarks")
        from type in source.Code.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        let name = type.Identifier.ValueText
        where name != "Service" && Suffixes.Any(s => name.EndsWith(s, StringComparison.Ordinal))
        select new Violation(name, $"{source.Path}: name it by its noun, or the act by its verb");

    /// <summary>Those that exactly one type of src and tests implements, itself or by an interface that extends it.</summary>
    internal static IEnumerable<Violation> LoneInterfaces(Tree tree)
    {
        var types = tree.CSharp("src", "tests").SelectMany(s => s.Code.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Select(t => (s.Path, Type: t))).ToList();
        var parents = types.SelectMany(t => Bases(t.Type).Select(b => (Base: b, t.Type))).ToLookup(p => p.Base, p => p.Type);

        IEnumerable<string> Implementing(string name, int depth) => depth > 10 ? [] :
            parents[name].SelectMany(t => t is InterfaceDeclarationSyntax ? Implementing(t.Identifier.ValueText, depth + 1) : [t.Identifier.ValueText]);

        return from declared in types
               where declared.Path.StartsWith("src/", StringComparison.Ordinal) && declared.Type is InterfaceDeclarationSyntax
               let name = declared.Type.Identifier.ValueText
               let only = Implementing(name, 0).Distinct().ToList()
               where only.Count == 1
               select new Violation(name, $"{declared.Path}: only {only[0]} implements it; use that, or give the reason");
    }

    private static IEnumerable<string> Bases(TypeDeclarationSyntax type) =>
        type.BaseList?.Types.Select(b => b.Type switch
        {
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
            _ => "",
        }) ?? [];
}
