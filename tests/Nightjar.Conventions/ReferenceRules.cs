using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nightjar.Conventions;

/// <summary>Who may see whom.</summary>
public sealed partial class ReferenceRules
{
    private const string Core = "Nightjar.Core";

    /// <summary>What the compiler adds to a project with implicit usings.</summary>
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    [Fact]
    public void Everything_sees_Core_the_program_sees_all_and_nobody_else_a_sibling() => Rule.Holds("reference", Siblings(Tree.Ours));

    [Fact]
    public void Core_needs_no_package_but_logging() => Rule.Holds("package", CorePackages(Tree.Ours));

    [Fact]
    public void Core_does_no_io() => Rule.Holds("core-io", ForbiddenTypes(typeof(Core.Signals.Signal).Assembly.Location));

    [Fact]
    public void Connector_rooms_never_name_each_other() => Rule.Holds("room", RoomsNamed(Tree.Ours));

    internal static IEnumerable<Violation> Siblings(Tree tree) =>
        from project in Projects(tree)
        let name = Path.GetFileNameWithoutExtension(project.Path)
        where name != "Nightjar"
        from reference in project.Xml.Descendants("ProjectReference")
        let other = Path.GetFileNameWithoutExtension(((string?)reference.Attribute("Include"))?.Replace('\\', '/'))
        where other != Core
        select new Violation($"{name} -> {other}", "only Nightjar may see a sibling; the others see Core alone");

    internal static IEnumerable<Violation> CorePackages(Tree tree) =>
        from project in Projects(tree)
        where Path.GetFileNameWithoutExtension(project.Path) == Core
        from reference in project.Xml.Descendants().Where(e => e.Name.LocalName is "PackageReference" or "FrameworkReference" or "ProjectReference")
        let name = (string?)reference.Attribute("Include")
        where name != "Microsoft.Extensions.Logging.Abstractions"
        select new Violation($"{name}", "Core references nothing but the logging abstractions");

    /// <summary>By the type references of the compiled assembly: nothing that is called can be missing there.</summary>
    internal static IEnumerable<Violation> ForbiddenTypes(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        foreach (var type in metadata.TypeReferences.Select(metadata.GetTypeReference))
        {
            var name = $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
            if (OutsideWorld().IsMatch(name) && !IsOnlyForIterators(metadata, name))
            {
                yield return new Violation(name, "Core has no socket, process, file or console; put it behind an interface");
            }
        }
    }

    /// <summary>The compiler's iterators ask <c>Environment.CurrentManagedThreadId</c>, which is no look outside.</summary>
    private static bool IsOnlyForIterators(MetadataReader metadata, string type) =>
        type == "System.Environment"
        && metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(m => m.Parent.Kind == HandleKind.TypeReference && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)m.Parent).Name) == "Environment")
            .All(m => metadata.GetString(m.Name) == "get_CurrentManagedThreadId");

    internal static IEnumerable<Violation> RoomsNamed(Tree tree)
    {
        const string rooms = "Nightjar.Connectors";
        var sources = tree.CSharp($"src/{rooms}").ToList();
        var compilation = CSharpCompilation.Create(
            "rooms",
            sources.Select(s => s.Code).Append(CSharpSyntaxTree.ParseText(ImplicitUsings)),
            ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator).Where(p => Path.GetFileName(p) != $"{rooms}.dll").Select(p => MetadataReference.CreateFromFile(p)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        foreach (var (path, code) in sources.Where(s => s.Path.Count(c => c == '/') > 2))
        {
            var own = path.Split('/')[2];
            var model = compilation.GetSemanticModel(code);
            foreach (var name in code.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                var symbol = model.GetSymbolInfo(name).Symbol;
                var space = (symbol as INamespaceSymbol ?? symbol?.ContainingNamespace)?.ToDisplayString() ?? "";
                var other = space.StartsWith(rooms + ".", StringComparison.Ordinal) ? space.Split('.')[2] : own;
                if (other != own)
                {
                    yield return new Violation($"{own} -> {other}", $"{path} uses {name}; rooms meet in Core");
                }
            }
        }
    }

    private static IEnumerable<(string Path, XDocument Xml)> Projects(Tree tree) =>
        tree.Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith("proj", StringComparison.Ordinal)).Select(f => (f, XDocument.Parse(tree.Text(f))));

    [GeneratedRegex(@"^System\.(IO\.(File|Directory|DriveInfo|FileStream|FileInfo|DirectoryInfo|FileSystem\w*|StreamWriter|Pipes\..*)|Console|Diagnostics\.Process\w*|Net\.(Sockets|Http|WebSockets)\..*|Net\.(Dns|WebClient|HttpListener)|Environment)$", RegexOptions.CultureInvariant)]
    private static partial Regex OutsideWorld();
}
