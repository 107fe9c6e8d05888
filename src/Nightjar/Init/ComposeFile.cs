using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Configuration;

namespace Nightjar.Init;

/// <summary>Reads from a compose file which services it starts, on which ports, and what their health checks ask.</summary>
internal static partial class ComposeFile
{
    private const int Longest = 500_000;

    /// <summary>More are not listed: the first configuration is to be read by a person.</summary>
    private const int MostServices = 20;

    public static IReadOnlyList<FoundContainer> Read(string path) =>
        SmallFile.Read(path, Longest) is { } text && YamlTree.Compose(text).Root is MapNode root && Find(root, "services") is MapNode services
            ? [.. services.Pairs.Take(MostServices).Where(p => p.Key is ScalarNode).Select(p => Read(((ScalarNode)p.Key).Text, p.Value))]
            : [];

    private static FoundContainer Read(string name, Node node)
    {
        if (node is not MapNode service)
        {
            return new FoundContainer(name, null, null);
        }

        var ports = Find(service, "ports") is ListNode list ? list.Items.Select(Port).OfType<(int Published, int Target)>().ToList() : [];
        var health = HealthUrl().Match(Find(service, "healthcheck") is MapNode check ? Words(Find(check, "test")) : "");
        if (!health.Success)
        {
            return new FoundContainer(name, ports.Count > 0 ? ports[0].Published : null, null);
        }

        var asked = health.Groups["port"].Success ? int.Parse(health.Groups["port"].Value, CultureInfo.InvariantCulture) : 80;
        var published = ports.Where(p => p.Target == asked).Select(p => (int?)p.Published).FirstOrDefault();
        return new FoundContainer(name, published, published is null ? null : health.Groups["path"].Value is { Length: > 0 } way ? way : "/");
    }

    /// <summary><c>[address:]published:target[/tcp]</c>, or the long form; null for what is not published on a fixed port.</summary>
    private static (int Published, int Target)? Port(Node node)
    {
        var (published, target) = node switch
        {
            ScalarNode text when ShortPort().Match(text.Text) is { Success: true } match => (match.Groups["published"].Value, match.Groups["target"].Value),
            MapNode map => (Words(Find(map, "published")), Words(Find(map, "target"))),
            _ => ("", ""),
        };
        return ReadPort(published) is { } from && ReadPort(target) is { } to ? (from, to) : null;
    }

    private static int? ReadPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536 ? port : null;

    private static Node? Find(MapNode map, string key) => map.Pairs.FirstOrDefault(p => p.Key is ScalarNode scalar && scalar.Text == key).Value;

    private static string Words(Node? node) => node switch
    {
        ScalarNode scalar => scalar.Text,
        ListNode list => string.Join(' ', list.Items.OfType<ScalarNode>().Select(s => s.Text)),
        _ => "",
    };

    [GeneratedRegex(@"^(?:[0-9.]+:|\[[0-9a-fA-F:]+\]:)?(?<published>[0-9]{1,5}):(?<target>[0-9]{1,5})(?:/tcp)?$", RegexOptions.CultureInvariant)]
    private static partial Regex ShortPort();

    [GeneratedRegex(@"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::(?<port>[0-9]{1,5}))?(?<path>/[A-Za-z0-9/_.\-]{0,200})?(?=[\s""'|;)]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex HealthUrl();
}
