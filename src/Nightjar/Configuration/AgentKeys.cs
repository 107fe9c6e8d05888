using Nightjar.Core.Policy;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of the agent.</summary>
internal static class AgentKeys
{
    private static readonly Scalar<string> Model = Signature("the name of a model", "^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,150}$");

    private static readonly Section<SpendCaps> Budget =
        new Section<SpendCaps>("{run, incident, serviceDay, day}", "Most that agents may spend, in US dollars. The worst case of a call is reserved before it is made.", new SpendCaps())
            .Key("run", "One attempt at one phase.", Number(0, 10_000), o => (double)o.Run, (o, v) => o with { Run = (decimal)v })
            .Key("incident", "One incident.", Number(0, 10_000), o => (double)o.Incident, (o, v) => o with { Incident = (decimal)v })
            .Key("serviceDay", "One service in one day (UTC).", Number(0, 100_000), o => (double)o.ServiceDay, (o, v) => o with { ServiceDay = (decimal)v })
            .Key("day", "Everything in one day (UTC).", Number(0, 100_000), o => (double)o.Day, (o, v) => o with { Day = (decimal)v });

    private static readonly Section<NamedPrice> Price =
        new Section<NamedPrice>("{model, input, output}", "What a model costs.", new NamedPrice("", new ModelPrice(0, 0)))
            .Key("model", "Its name, or what its name begins with.", Model, o => o.Model, (o, v) => o with { Model = v }, required: true)
            .Key("input", "US dollars for a million tokens in.", Number(0, 10_000), o => (double)o.Price.Input, (o, v) => o with { Price = o.Price with { Input = (decimal)v } }, required: true)
            .Key("output", "US dollars for a million tokens out.", Number(0, 10_000), o => (double)o.Price.Output, (o, v) => o with { Price = o.Price with { Output = (decimal)v } }, required: true);

    public static readonly Section<AgentOptions> Agent =
        new Section<AgentOptions>("{kind, model, …}", "Who looks for causes and writes fixes.", new AgentOptions())
            .Key("kind", "auto takes Claude Code where its key and its program are there, and the built-in investigator, which needs neither, where not.", Choice(new Dictionary<string, AgentKind> { ["auto"] = AgentKind.Auto, ["built-in"] = AgentKind.BuiltIn, ["claude-code"] = AgentKind.ClaudeCode }), o => o.Kind, (o, v) => o with { Kind = v })
            .Key("model", "The model of both phases; any name is passed on.", Model, o => o.Model, (o, v) => o with { Model = v })
            .Key("models", "Instead of model: the smallest first; the next one looks when the one before was not sure. The last writes fixes.", new ListOf<string>("a list of models", Model), o => o.Models, (o, v) => o with { Models = v })
            .Key("maxTurns", "Turns of one phase.", Whole(1, 1_000), o => o.MaxTurns, (o, v) => o with { MaxTurns = v })
            .Key("timeout", "Wall clock of one phase.", Duration("10s", "2h"), o => o.Timeout, (o, v) => o with { Timeout = v })
            .Key("maxOutput", "Most tokens of one answer of the model.", Whole(256, 200_000), o => o.MaxOutput, (o, v) => o with { MaxOutput = v })
            .Key("budget", "Most that agents may spend.", Budget, o => o.Budget, (o, v) => o with { Budget = v })
            .Key("prices", "Prices of models that Nightjar does not know, or that you pay otherwise.", new ListOf<NamedPrice>("a list of prices", Price), o => [], (o, v) => o with { Prices = o.Prices.SetItems(v.Select(p => KeyValuePair.Create(p.Model, p.Price))) })
            .Key("unknownPrice", "What happens with a model without a price: highest counts it as the dearest known one, refuse does not call it.", Choice(new Dictionary<string, bool> { ["highest"] = false, ["refuse"] = true }), o => o.RefuseUnknownPrice, (o, v) => o with { RefuseUnknownPrice = v })
            .Key("auth", "How the provider knows you: a key, or the credentials file of a signed-in Claude Code.", Choice(new Dictionary<string, AgentAuth> { ["api-key"] = AgentAuth.ApiKey, ["credentials"] = AgentAuth.Credentials }), o => o.Auth, (o, v) => o with { Auth = v })
            .Key("key", "The key, by way of a variable: ${NAME}; ANTHROPIC_API_KEY when absent.", SecretText(), o => o.Key is { File: null } ? o.Key : null, (o, v) => o with { Key = v })
            .Key("keyFile", "A file that holds the key.", SecretFile(), o => o.Key is { File: not null } ? o.Key : null, (o, v) => o with { Key = v })
            .Key("credentialsFile", "The credentials file; ~/.claude/.credentials.json when absent.", FilePath("a file"), o => o.CredentialsFile, (o, v) => o with { CredentialsFile = v })
            .Key("url", "Where the Messages API answers.", Url(), o => o.Url, (o, v) => o with { Url = v })
            .Key("program", "The Claude Code program: a path, or a name on the PATH.", Text("a program"), o => o.Program, (o, v) => o with { Program = v })
            .Key("prompts", "The folder of the prompts; those that came with Nightjar when absent.", FilePath("a folder"), o => o.Prompts, (o, v) => o with { Prompts = v });

    private sealed record NamedPrice(string Model, ModelPrice Price);
}
