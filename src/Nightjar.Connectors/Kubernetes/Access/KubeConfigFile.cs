using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>One kubeconfig file. What it names by a relative path is looked for beside it.</summary>
internal sealed class KubeConfigFile
{
    private const int Largest = 4 * 1024 * 1024;

    private readonly KubeConfigNode root;

    private KubeConfigFile(string path, YamlNode? root) => (Path, this.root) = (path, new KubeConfigNode(path, root));

    public string Path { get; }

    public string Current => root.Text("current-context");

    /// <exception cref="KubeException">It cannot be read.</exception>
    public static KubeConfigFile Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > Largest)
            {
                throw new KubeException(KubeFault.NoLogin, $"The kubeconfig {path} is larger than {Largest / 1024 / 1024} MB.");
            }

            using var reader = new StreamReader(path, Encoding.UTF8);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return new KubeConfigFile(path, yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode);
        }
        catch (YamlException e)
        {
            throw new KubeException(KubeFault.NoLogin, $"The kubeconfig {path} is no YAML: line {e.Start.Line}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeException(KubeFault.NoLogin, $"The kubeconfig {path} cannot be read: {e.Message}", e);
        }
    }

    public IEnumerable<string> Names(string list) => root.Items(list).Select(n => n.Text("name"));

    public KubeConfigNode? Find(string list, string name) => root.Items(list).FirstOrDefault(n => n.Text("name") == name);
}

/// <summary>A place in a kubeconfig; what is not there is empty.</summary>
internal sealed class KubeConfigNode(string file, YamlNode? node)
{
    public bool IsThere => node is YamlMappingNode { Children.Count: > 0 };

    public KubeConfigNode At(string key) => new(file, Child(key));

    public string Text(string key) => Child(key) is YamlScalarNode { Value: { } value } ? value : "";

    public IReadOnlyList<string> Texts(string key) => Child(key) is YamlSequenceNode list ? [.. list.OfType<YamlScalarNode>().Select(v => v.Value ?? "")] : [];

    public IEnumerable<KubeConfigNode> Items(string key) => Child(key) is YamlSequenceNode list ? list.Select(n => new KubeConfigNode(file, n)) : [];

    /// <summary>A path, from the file's folder; null when there is none.</summary>
    public string? Path(string key) => Text(key) is { Length: > 0 } path ? System.IO.Path.GetFullPath(path, Folder) : null;

    /// <summary>A program: looked for on the PATH, unless its name is a path.</summary>
    public string Program(string key) => Text(key) is var name && name.Contains('/', StringComparison.Ordinal) ? System.IO.Path.GetFullPath(name, Folder) : name;

    /// <summary>Base64 from the first key, else the content of the file that the second names; null when both are absent.</summary>
    /// <exception cref="KubeException">It is no base64, or the file cannot be read.</exception>
    public byte[]? Bytes(string data, string path)
    {
        try
        {
            return Text(data) is { Length: > 0 } encoded ? Convert.FromBase64String(encoded) : Path(path) is { } named ? File.ReadAllBytes(named) : null;
        }
        catch (FormatException e)
        {
            throw Bad($"{data} is no base64", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad($"{path} cannot be read: {e.Message}", e);
        }
    }

    public KubeException Bad(string why, Exception? inner = null) => new(KubeFault.NoLogin, $"In the kubeconfig {file}: {why}.", inner);

    private string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file)) ?? "/";

    private YamlNode? Child(string key) => node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;
}
