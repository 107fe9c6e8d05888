using System.Text;
using Nightjar.Configuration;

namespace Nightjar.Tests.Configuration;

public sealed class BadInput
{
    /// <summary>What stands after the first service's name (line 3 on, indented as its keys), and the one fault that it gets.</summary>
    public static TheoryData<string, string> OfService => new()
    {
        { "logz: a.log", "nightjar.yaml:3:5: services[0]: there is no key logz; did you mean logs?" },
        { "error_rate: {}", "nightjar.yaml:3:5: services[0]: there is no key error_rate; did you mean errorRate?" },
        { "frobnicate: 1", "nightjar.yaml:3:5: services[0]: there is no key frobnicate" },
        { "\"a\\nb\": 1", "nightjar.yaml:3:5: services[0]: there is no key \"a\\nb\"" },
        { "? [a]\n    : 1", "nightjar.yaml:3:7: services[0]: has a list where the name of a key belongs" },
        { "name: again", "nightjar.yaml:3:5: services[0].name: is given twice, first in line 2" },
        { "logs:", "nightjar.yaml:3:10: services[0].logs: has no value; give a glob, or a list of them, or leave the key out" },
        { "logs: []", "nightjar.yaml:3:11: services[0].logs: is empty; it takes a glob, or a list of them" },
        { "logs: {a: b}", "nightjar.yaml:3:11: services[0].logs: is a group of keys; it takes a glob, or a list of them" },
        { "logs: \" \"", "nightjar.yaml:3:11: services[0].logs: \" \" is empty" },
        { "logs: \"a\\0b\"", "nightjar.yaml:3:11: services[0].logs: \"a\\U00000000b\" has a NUL in it, which no path can have" },
        { "repository: {base: main}", "nightjar.yaml:3:17: services[0].repository: the key path is missing; it takes a path or URL" },
        { "check: make", "nightjar.yaml:3:12: services[0].check: is not used: the service has no repository" },
        { "repository: r\n    check: {command: make, timeout: 10}", "nightjar.yaml:4:37: services[0].check.timeout: 10 has no unit; write 10s, 10m or 10h" },
        { "repository: r\n    check: {command: make, timeout: soon}", "nightjar.yaml:4:37: services[0].check.timeout: soon is not a duration; write it as 250ms, 90s, 10m, 1h30m or 30d" },
        { "repository: r\n    check: {command: make, timeout: 7h}", "nightjar.yaml:4:37: services[0].check.timeout: 7h is not between 1s and 6h" },
        { "repository: r\n    check: {command: make, network: maybe}", "nightjar.yaml:4:37: services[0].check.network: maybe is neither on nor off" },
        { "repository: r\n    check: [make]", "nightjar.yaml:4:12: services[0].check: is a list; it takes a command, or {command, timeout, network}" },
        { "health: localhost:5000/health", "nightjar.yaml:3:13: services[0].health: localhost:5000/health is not an http or https URL such as http://127.0.0.1:5000/health" },
        { "health: ftp://ada:secret@example.org/", "nightjar.yaml:3:13: services[0].health: ftp://***@example.org/ is not an http or https URL such as http://127.0.0.1:5000/health" },
        { "health: http://a/\n    probes: [{name: health, url: http://b/}]", "nightjar.yaml:4:13: services[0].probes: 2 probes have the name health (health: is one of them)" },
        { "probes: [{name: a, url: http://b/, status: 1000}]", "nightjar.yaml:3:48: services[0].probes[0].status: 1000 is not between 100 and 599" },
        { "probes: [{name: a, url: http://b/, failures: 1.5}]", "nightjar.yaml:3:50: services[0].probes[0].failures: 1.5 is not a whole number" },
        { "probes: [{name: a, url: http://b/, failures: 99999999999999999999}]", "nightjar.yaml:3:50: services[0].probes[0].failures: 99999999999999999999 is not between 1 and 1000" },
        { "logs: a\n    errorRate: {threshold: 1.5}", "nightjar.yaml:4:28: services[0].errorRate.threshold: 1.5 is not between 0 and 1" },
        { "logs: a\n    errorRate: {threshold: .nan}", "nightjar.yaml:4:28: services[0].errorRate.threshold: .nan is not a number" },
        { "logs: a\n    errorRate: {threshold: 15%}", "nightjar.yaml:4:28: services[0].errorRate.threshold: 15% is not a number" },
        { "logs: a\n    errorRate: {of: request}", "nightjar.yaml:4:21: services[0].errorRate.of: request is none of auto, requests, lines; did you mean requests?" },
        { "errorRate: {}", "nightjar.yaml:3:16: services[0].errorRate: is not used: the service has no logs, and there are no sources" },
        { "logs: a\n    triggers: [\"(\"]", "nightjar.yaml:4:16: services[0].triggers[0]: \"(\" is not a regular expression: Invalid pattern '(' at offset 1. Not enough )'s." },
        { "logs: a\n    triggers: ['(a+)\\1']", "nightjar.yaml:4:16: services[0].triggers[0]: \"(a+)\\\\1\" looks ahead, looks behind or refers back, which is not matched in bounded time; write it without" },
        { "runningVersion: {}", "nightjar.yaml:3:21: services[0].runningVersion: takes url or command; give one" },
        { "runningVersion: {url: http://a/, command: b}", "nightjar.yaml:3:21: services[0].runningVersion: has both url and command; give one" },
        { "dependsOn: [shopp]", "nightjar.yaml:3:17: services[0].dependsOn[0]: there is no service shopp; did you mean shop?" },
        { "dependsOn: [shop]", "nightjar.yaml:3:17: services[0].dependsOn[0]: goes in a circle: shop → shop" },
        { "logs: ${LOGS}/a.log", "nightjar.yaml:3:11: services[0].logs: the environment has no variable LOGS; set it, or give a default as in ${LOGS:-default}" },
        { "logs: ${LOGS", "nightjar.yaml:3:11: services[0].logs: ${ begins a variable that is not ended; write ${NAME} or ${NAME:-default}, or $${ for the two characters themselves" },
        { "health: ${SECRET}", "nightjar.yaml:3:13: services[0].health: ${SECRET} is not an http or https URL such as http://127.0.0.1:5000/health" },
    };

    [Theory]
    [MemberData(nameof(OfService))]
    public void A_fault_of_a_service_has_its_place_and_its_reason(string keys, string fault) =>
        Assert.Equal([fault], Yaml.Faults($"{Yaml.OneService}    {keys}\n", ("SECRET", "hunter2")));

    public static TheoryData<string, string> OfFile => new()
    {
        { "", "nightjar.yaml: is empty; it must name at least one service, and nightjar init writes a first one" },
        { "# nothing but a remark\n", "nightjar.yaml: is empty; it must name at least one service, and nightjar init writes a first one" },
        { "---\n...\n", "nightjar.yaml: is empty; it must name at least one service, and nightjar init writes a first one" },
        { "just words", "nightjar.yaml:1:1: is a single value; it takes the keys of nightjar.yaml" },
        { "mode: observe", "nightjar.yaml:1:1: the key services is missing; it takes a list of services" },
        { "services: []", "nightjar.yaml:1:11: services: is empty; it takes a list of services" },
        { "services: [shop]", "nightjar.yaml:1:12: services[0]: is a single value; it takes {name, logs, journal, repository, check, health, …}" },
        { "services: [{logs: a}]", "nightjar.yaml:1:12: services[0]: the key name is missing; it takes a name" },
        { "services: [{name: a}, {name: b}, {name: a}]", "nightjar.yaml:1:41: services[2].name: a is the name of services[0] already" },
        { "services:\n  - {name: a, dependsOn: b}\n  - {name: b, dependsOn: [c]}\n  - {name: c, dependsOn: [a]}", "nightjar.yaml:2:26: services[0].dependsOn: goes in a circle: a → b → c → a" },
        { "mode: bold\nservices: [{name: a}]", "nightjar.yaml:1:7: mode: bold is none of observe, approve, autonomous" },
        { "mode: aprove\nservices: [{name: a}]", "nightjar.yaml:1:7: mode: aprove is none of observe, approve, autonomous; did you mean approve?" },
        { "dashboard: {listen: 7677}\nservices: [{name: a}]", "nightjar.yaml:1:21: dashboard.listen: 7677 is not an address and port such as 127.0.0.1:7677, localhost:7677 or [::1]:7677" },
        { "dashboard: {listen: 127.0.0.1:99999}\nservices: [{name: a}]", "nightjar.yaml:1:21: dashboard.listen: 127.0.0.1:99999 is not an address and port such as 127.0.0.1:7677, localhost:7677 or [::1]:7677" },
        { "heartbeat: {every: 5m}\nservices: [{name: a}]", "nightjar.yaml:1:20: heartbeat.every: is not used: there is no heartbeat.url" },
        { "author: {email: \"a b <c>\"}\nservices: [{name: a}]", "nightjar.yaml:1:17: author.email: \"a b <c>\" is not an address such as nightjar@example.org" },
        { "services:\n\t- name: a", "nightjar.yaml:2:1: the line begins with a tab; YAML is indented by spaces only" },
        { "services: [{name: a}]\n---\nservices: []", "nightjar.yaml:2:1: a second document begins here (---); write one" },
        { "services: *none", "nightjar.yaml:1:11: this is not YAML: the anchor &none is not defined before this place" },
        { "services: &a [*a]", "nightjar.yaml:1:15: this is not YAML: the anchor &a is not defined before this place" },
    };

    [Theory]
    [MemberData(nameof(OfFile))]
    public void A_fault_of_the_file_has_its_place_and_its_reason(string text, string fault) => Assert.Equal([fault], Yaml.Faults(text));

    [Theory]
    [InlineData("services: [", 1)]
    [InlineData("services:\n  - name: \"shop\n", 2)]
    [InlineData("services:\n  - name: shop\n   logs: a", 3)]
    [InlineData("a: b: c", 1)]
    [InlineData("services: @shop", 1)]
    public void Broken_yaml_is_told_with_its_line(string text, int line)
    {
        var fault = Assert.Single(Yaml.Faults(text));

        Assert.StartsWith($"nightjar.yaml:{line}:", fault, StringComparison.Ordinal);
        Assert.Contains("this is not YAML: ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_variable_within_braces_gets_a_hint() =>
        Assert.EndsWith("; within { } or [ ] a value with ${…} must be in quotes", Assert.Single(Yaml.Faults("services: [{name: ${NAME:-shop}}]")), StringComparison.Ordinal);

    [Fact]
    public void All_faults_come_in_one_message_in_the_order_of_the_file()
    {
        var result = Yaml.Read("""
            mode: bold
            services:
              - name: shop
                logz: a
                logs: ${LOGS}
                health: here
              - repository: r
                check: {command: make, timeout: soon, timeout: 1m}
            """);

        Assert.Equal(
            """
            nightjar.yaml:1:7: mode: bold is none of observe, approve, autonomous
            nightjar.yaml:4:5: services[0]: there is no key logz; did you mean logs?
            nightjar.yaml:5:11: services[0].logs: the environment has no variable LOGS; set it, or give a default as in ${LOGS:-default}
            nightjar.yaml:6:13: services[0].health: here is not an http or https URL such as http://127.0.0.1:5000/health
            nightjar.yaml:7:5: services[1]: the key name is missing; it takes a name
            nightjar.yaml:8:37: services[1].check.timeout: soon is not a duration; write it as 250ms, 90s, 10m, 1h30m or 30d
            nightjar.yaml:8:43: services[1].check.timeout: is given twice, first in line 8
            7 faults; nothing was started. Mend the file, then try it with: nightjar check --config nightjar.yaml
            """,
            result.Message);
    }

    [Fact]
    public void A_message_names_a_hundred_faults_at_most()
    {
        var lines = Yaml.Read(Yaml.OneService + string.Concat(Enumerable.Range(0, 150).Select(i => $"    zz{i}: 1\n"))).Message.Split('\n');

        Assert.Equal(102, lines.Length);
        Assert.Equal("… and 50 more", lines[100]);
    }

    [Fact]
    public void A_text_that_nests_without_end_is_refused()
    {
        Assert.Contains("nests deeper than 32 levels", Assert.Single(Yaml.Faults(new string('[', 100_000))), StringComparison.Ordinal);
        Assert.Contains("nests deeper than 32 levels", Assert.Single(Yaml.Faults(string.Concat(Enumerable.Range(0, 200).Select(i => $"{new string(' ', i)}a:\n")))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.StartsWith("/nowhere/nightjar.yaml: there is no such file; nightjar init writes a first one", ReadFile("/nowhere/nightjar.yaml").Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_is_not_a_file() =>
        Assert.StartsWith("/tmp: is a folder; name the file in it", ReadFile("/tmp").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("services:\n\0", "2:1: is not text: here is a NUL byte; the file must be UTF-8")]
    [InlineData("services:\n  - name: caf\u00e9", "2:14: is not text: the bytes here are not UTF-8")]
    [InlineData("\u00fe\u00ffs", "1:1: is not text: the bytes here are not UTF-8")]
    public void A_file_that_is_not_utf8_is_refused_with_the_place(string latin1, string fault)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, Encoding.Latin1.GetBytes(latin1));
            Assert.StartsWith($"{file}:{fault}\n", ReadFile(file).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_file_without_end_is_refused() =>
        Assert.StartsWith("/dev/zero: is longer than 1000000 bytes", ReadFile("/dev/zero").Message, StringComparison.Ordinal);

    /// <summary>Half of the texts are noise, half are a good file with pieces of it moved, doubled or cut.</summary>
    [Fact]
    public void Garbage_never_gets_more_than_a_list_of_faults()
    {
        var random = new Random(20_260_101);
        var good = Yaml.Full();
        const string alphabet = " \n\t:-[]{},&*#?|>!%@`'\"\\$~abc019.\0\u00e9\ud83e\udd89\ufeff\u2028";
        var refused = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var text = i % 2 == 0
                ? string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => alphabet[random.Next(alphabet.Length)]))
                : Damage(good, alphabet, random);
            var result = Yaml.Read(text, ("PING", "https://ping.example.org/abc"));
            Assert.True(result.Options is null != result.Faults.IsEmpty, text);
            Assert.All(result.Faults, f => Assert.DoesNotContain('\n', f.In("f")));
            refused += result.Options is null ? 1 : 0;
        }

        Assert.InRange(refused, 2_000, 2_999);
    }

    private static string Damage(string text, string alphabet, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var (from, to) = (random.Next(text.Length), random.Next(text.Length));
            text = random.Next(3) switch
            {
                0 => text.Insert(from, text.Substring(to, Math.Min(20, text.Length - to))),
                1 => text.Remove(from, Math.Min(random.Next(1, 12), text.Length - from)),
                _ => text.Insert(from, alphabet[random.Next(alphabet.Length)].ToString()),
            };
        }

        return text;
    }

    private static ConfigurationResult ReadFile(string path) => new ConfigurationReader(_ => null).ReadFile(path);
}
