namespace Nightjar.Conventions;

/// <summary>A rule that cannot fail holds nothing: each one is shown something that breaks it.</summary>
public sealed class RulesCatch
{
    [Fact]
    public void A_sibling() => Caught("Nightjar.Web -> Nightjar.Storage", ReferenceRules.Siblings(Tree.Of(
        ("src/Nightjar.Web/Nightjar.Web.csproj", """<Project><ItemGroup><ProjectReference Include="..\Nightjar.Storage\Nightjar.Storage.csproj" /><ProjectReference Include="..\Nightjar.Core\Nightjar.Core.csproj" /></ItemGroup></Project>"""),
        ("src/Nightjar/Nightjar.csproj", """<Project><ItemGroup><ProjectReference Include="..\Nightjar.Web\Nightjar.Web.csproj" /></ItemGroup></Project>"""))));

    [Fact]
    public void A_package_of_Core() => Caught("Dapper", ReferenceRules.CorePackages(Tree.Of(
        ("src/Nightjar.Core/Nightjar.Core.csproj", """<Project><ItemGroup><PackageReference Include="Dapper" /><PackageReference Include="Microsoft.Extensions.Logging.Abstractions" /></ItemGroup></Project>"""))));

    [Fact]
    public void Files_and_processes() => Assert.Superset(
        new HashSet<string> { "System.IO.File", "System.Diagnostics.Process" },
        ReferenceRules.ForbiddenTypes(typeof(RulesCatch).Assembly.Location).Select(v => v.Name).ToHashSet());

    [Theory]
    [InlineData("namespace Nightjar.Connectors.Slack; class A { Nightjar.Connectors.Git.B b; }")]
    [InlineData("namespace Nightjar.Connectors.Slack; class A { Git.B b; }")]
    [InlineData("using Nightjar.Connectors.Git; namespace Nightjar.Connectors.Slack; class A { object b = new B(); }")]
    public void A_room_that_names_another(string code) => Caught("Slack -> Git", ReferenceRules.RoomsNamed(Tree.Of(
        ("src/Nightjar.Connectors/Slack/A.cs", code),
        ("src/Nightjar.Connectors/Git/B.cs", "namespace Nightjar.Connectors.Git; class B { B? other; }"))));

    [Fact]
    public void Folders_and_names()
    {
        var tree = Tree.Of(("src/Nightjar.Core/Signals/Utils/A.cs", "class PodManager; class Service; class LogService;"), ("src/Nightjar.Core/Signals/B.cs", ""));

        Caught("src/Nightjar.Core/Signals/Utils", NameRules.BadFolders(tree));
        Assert.Equal(["PodManager", "LogService"], NameRules.BadNames(tree).Select(v => v.Name));
    }

    [Fact]
    public void A_lone_interface() => Caught("ILone", NameRules.LoneInterfaces(Tree.Of(
        ("src/A.cs", "interface ILone; interface IPair<T>; interface INone; interface IBase; interface IDerived : IBase; class A : ILone, IPair<int>, IDerived; record B : IBase;"),
        ("tests/B.cs", "class Fake : N.IPair<int>; class C : IDerived;"))));

    [Fact]
    public void Long_files_and_methods()
    {
        var tree = Tree.Of(
            ("src/Intake.cs", string.Concat(Enumerable.Repeat("//\n", 151))),
            ("src/Other.cs", string.Concat(Enumerable.Repeat("//\n", 300))),
            ("src/M.cs", $"class M\n{{\n/// <summary></summary>\n[A]\nvoid Long()\n{{\n{string.Concat(Enumerable.Repeat("//\n", 68))}}}\nvoid Short()\n{{\n{string.Concat(Enumerable.Repeat("//\n", 67))}}}\n}}"));

        Caught("src/Intake.cs", SizeRules.LongFiles(tree));
        Caught("src/M.cs:Long", SizeRules.LongMethods(tree));
    }

    [Fact]
    public void Forgiven_nulls() => Assert.Equal(["src/Nightjar.Core/A.cs", "src/Nightjar.Web/B.cs"], CodeRules.Forgiven(Tree.Of(
        ("src/Nightjar.Core/A.cs", "class A { string? s; int L => s!.Length; bool B => !true; }"),
        ("src/Nightjar.Web/B.cs", "class B { string s = null!; string? t; int L => t!.Length; }"))).Select(v => v.Name));

    [Fact]
    public void The_console() => Assert.Equal(["src/Nightjar.Web/A.cs", "src/Nightjar.Web/B.cs"], CodeRules.ConsoleUses(Tree.Of(
        ("src/Nightjar.Web/A.cs", "class A { void M() { Console.WriteLine(); } }"),
        ("src/Nightjar.Web/B.cs", "class A { void M() { System.Console.Beep(); } }"),
        ("src/Nightjar.Web/C.cs", "class A { void M() { // Console.WriteLine\n x.Console.Clear(); } }"),
        ("src/Nightjar/D.cs", "class A { void M() { Console.WriteLine(); } }"))).Select(v => v.Name));

    [Fact]
    public void Event_ids() => Assert.Equal(["src/Nightjar.Web/A.cs", "src/Nightjar.Web/A.cs", "6000"], CodeRules.WrongEventIds(Tree.Of(
        ("src/Nightjar.Web/A.cs", "partial class A { [LoggerMessage(6000, LogLevel.Error, \"\")] partial void M(); [LoggerMessage(1, LogLevel.Error, \"\")] partial void N(); [LoggerMessage(Level = LogLevel.Error)] partial void O(); }"),
        ("src/Nightjar.Web/B.cs", "partial class B { [LoggerMessage(EventId = 6000)] partial void M(); [LoggerMessage(EventId = 6001)] partial void N(); }"))).Select(v => v.Name));

    [Fact]
    public void Dead_names_in_documents() => Assert.Equal(["README.md: src/Gone.cs", "README.md: Lost.cs", "README.md: docs/none.md"], DocumentRules.DeadNames(Tree.Of(
        ("README.md", "`src/Gone.cs` `src/A.cs` `src` `src/` `Lost.cs` `A.cs` `nightjar.yaml` `a/b` `docs/<date>.md` [x](docs/none.md) [y](src/A.cs#L1) [z](https://example.org)\n```\n`src/Fenced.cs`\n```\n"),
        ("src/A.cs", ""))).Select(v => v.Name));

    [Fact]
    public void Odd_decisions() => Assert.Equal(["docs/decisions/0003-c.md", "docs/decisions/0003-c.md", "docs/decisions/bad.md", "docs/decisions/bad.md"], DocumentRules.OddDecisions(Tree.Of(
        ("docs/decisions/README.md", ""),
        ("docs/decisions/0001-a.md", "# A\n## Context\n## Decision\n"),
        ("docs/decisions/0003-c.md", "# C\n## Decision\n## Context\n"),
        ("docs/decisions/bad.md", "## Context\n## Decision\n"))).Select(v => v.Name));

    [Fact]
    public void Words() => Assert.Equal(["a.txt", "docs/b.md"], WordRules.Found(Tree.Of(
        ("a.txt", "cd /Wo" + "rk/main"),
        ("docs/b.md", "../sha" + "red/x"),
        ("tests/c.cs", "../sha" + "red/x"),
        ("d.txt", "work/ and root/"))).Select(v => v.Name));

    [Fact]
    public void An_exception_without_a_reason() => Assert.Throws<FormatException>(() => Rule.Read("name | X |").ToList());

    private static void Caught(string name, IEnumerable<Violation> violations) => Assert.Equal([name], violations.Select(v => v.Name).Distinct());
}
