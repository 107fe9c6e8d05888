using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nightjar.Configuration;

/// <summary>What is in effect, as YAML: every key with its value and where that came from. Secrets are masked.</summary>
internal static partial class EffectiveConfiguration
{
    private const string Masked = "***";

    /// <exception cref="InvalidOperationException">The reading had faults: nothing is in effect.</exception>
    public static string Write(ConfigurationResult result)
    {
        var options = result.Options ?? throw new InvalidOperationException("A configuration with faults is not in effect");
        var page = new StringBuilder();
        WriteKeys((JsonObject)Keys.Root.Show(options), "", "", result.Reading, page);
        return page.ToString();
    }

    private static void WriteKeys(JsonObject keys, string path, string indent, Reading reading, StringBuilder page)
    {
        foreach (var (name, value) in keys)
        {
            page.Append(indent).Append(Quoting.Scalar(name)).Append(':');
            WriteValue(value, path.Length == 0 ? name : $"{path}.{name}", indent + "  ", reading, page);
        }
    }

    private static void WriteValue(JsonNode? value, string path, string indent, Reading reading, StringBuilder page)
    {
        switch (value)
        {
            case JsonObject keys:
                page.Append('\n');
                WriteKeys(keys, path, indent, reading, page);
                break;
            case JsonArray items:
                page.Append('\n');
                for (var i = 0; i < items.Count; i++)
                {
                    WriteItem(items[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), indent, reading, page);
                }

                break;
            default:
                var text = value?.ToString() ?? "";
                page.Append(' ').Append(value?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? text : Quoting.Scalar(Mask(text, path, reading)))
                    .Append("  # ").Append(Source(path, reading)).Append('\n');
                break;
        }
    }

    private static void WriteItem(JsonNode? item, string path, string indent, Reading reading, StringBuilder page)
    {
        if (item is not JsonObject keys)
        {
            page.Append(indent).Append('-');
            WriteValue(item, path, indent + "  ", reading, page);
            return;
        }

        var below = new StringBuilder();
        WriteKeys(keys, path, indent + "  ", reading, below);
        page.Append(indent).Append("- ").Append(below.ToString().AsSpan(indent.Length + 2));
    }

    private static string Source(string path, Reading reading)
    {
        var written = AsWritten(path, reading);
        var names = reading.VariablesByPath.GetValueOrDefault(written, []);
        var by = names.IsEmpty ? "" : $", from {string.Join(" and ", names.Select(n => $"${{{n}}}"))}";
        return reading.Places.TryGetValue(written, out var at) ? $"line {at.Line}{by}" : "default";
    }

    /// <summary>The key that gave it: a list of one and the main key of a group can be written in short, as the key above.</summary>
    private static string AsWritten(string path, Reading reading)
    {
        var canBeShort = path.EndsWith("[0]", StringComparison.Ordinal) || path.EndsWith(".repository.path", StringComparison.Ordinal) || path.EndsWith(".check.command", StringComparison.Ordinal) || path.EndsWith("].name", StringComparison.Ordinal);
        return canBeShort && !reading.Has(path) ? path[..path.LastIndexOfAny(['[', '.'])] : path;
    }

    private static string Mask(string text, string path, Reading reading)
    {
        var names = reading.VariablesByPath.GetValueOrDefault(AsWritten(path, reading), []);
        if (path is "github.token" or "github.webhookSecret" || names.Any(n => Secret().IsMatch(n)))
        {
            return Masked;
        }

        // The path of a heartbeat URL is what its service knows the sender by.
        return path == "heartbeat.url" && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.PathAndQuery.Length > 1
            ? $"{url.Scheme}://{url.Authority}/{Masked}"
            : Query().Replace(Wording.WithoutCredentials(text), "$1" + Masked);
    }

    [GeneratedRegex("TOKEN|SECRET|PASSW|KEY|CREDENTIAL|AUTH", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"(?<=[?&])([^=&]*(?:token|secret|passw|key|auth)[^=&]*=)[^&\s]*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Query();
}
