using System.Globalization;
using Newtonsoft.Json.Linq;
using Nightjar.Configuration;
using NJsonSchema;

namespace Nightjar.Tests.Configuration;

/// <summary>An editor that knows only the schema agrees with the program.</summary>
public sealed class SchemaTests
{
    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromJsonAsync(ConfigurationSchema.Write()));

    [Fact]
    public async Task The_file_with_every_key_is_valid() => Assert.Empty(await ValidateAsync(Yaml.Full()));

    [Theory]
    [InlineData("services: [{name: shop, logs: a.log, repository: ., check: make, health: 'http://localhost/'}]")]
    [InlineData("services: [{name: shop, logs: [a, b], check: {command: make, timeout: '${T:-5m}'}}]")]
    [InlineData("services: [{name: shop, errorRate: {threshold: '${T}', minVolume: 5}}]\nproposals: true\ntries: ${N}")]
    [InlineData("services: [{name: shop}]\nmode: watcher\ndashboard: {listen: '127.0.0.1:0'}")]
    public async Task Good_samples_are_valid(string yaml) => Assert.Empty(await ValidateAsync(yaml));

    [Theory]
    [InlineData("mode: observe")]
    [InlineData("services: []")]
    [InlineData("services: [{logs: a}]")]
    [InlineData("services: [{name: shop, logz: a}]")]
    [InlineData("services: [{name: shop, logs: {a: b}}]")]
    [InlineData("services: [{name: shop, errorRate: {threshold: 1.5}}]")]
    [InlineData("services: [{name: shop, check: {command: make, timeout: 10}}]")]
    [InlineData("services: [{name: shop, check: {command: make, timeout: soon}}]")]
    [InlineData("services: [{name: shop, health: localhost}]")]
    [InlineData("services: [{name: shop}]\nmode: bold")]
    [InlineData("services: [{name: shop}]\nproposals: maybe")]
    public async Task Bad_samples_are_not(string yaml)
    {
        Assert.NotEmpty(await ValidateAsync(yaml));
        Assert.Null(Yaml.Read(yaml).Options);
    }

    private static async Task<IEnumerable<string>> ValidateAsync(string yaml) =>
        (await Schema.Value).Validate(ToJson(YamlTree.Compose(yaml).Root)).Select(e => e.ToString());

    /// <summary>As an editor sees YAML: plain words are numbers and truth values where they look so (YAML 1.2, core schema).</summary>
    private static JToken ToJson(Node? node) => node switch
    {
        ListNode list => new JArray(list.Items.Select(ToJson)),
        MapNode map => new JObject(map.Pairs.Select(p => new JProperty(((ScalarNode)p.Key).Text, ToJson(p.Value)))),
        ScalarNode { IsNothing: true } or null => JValue.CreateNull(),
        ScalarNode { IsPlain: true, Text: "true" or "false" } truth => new JValue(truth.Text == "true"),
        ScalarNode { IsPlain: true } plain when long.TryParse(plain.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => new JValue(whole),
        ScalarNode { IsPlain: true } plain when double.TryParse(plain.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => new JValue(number),
        ScalarNode text => new JValue(text.Text),
        _ => throw new NotSupportedException(node.Kind),
    };
}
