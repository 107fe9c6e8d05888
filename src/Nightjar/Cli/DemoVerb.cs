using System.CommandLine;
using Nightjar.Demo;

namespace Nightjar.Cli;

/// <summary><c>nightjar demo</c>: the main job on the bundled patient.</summary>
internal static class DemoVerb
{
    private const string BuiltIn = "built-in";

    private const string ClaudeCode = "claude-code";

    public static Command Make()
    {
        var headless = new Option<bool>("--headless") { Description = "Press Merge itself, as a stand-in for the person, and end with 0 only if the error rate is back to zero" };
        var patient = new Option<string>("--patient") { Description = "race: a commit brought in a race; unknown-cause: a dependency fails; healthy: nothing is wrong", HelpName = "NAME", DefaultValueFactory = _ => Patient.Race.Name };
        patient.AcceptOnlyFromAmong([.. Patient.All.Select(p => p.Name)]);
        var agent = new Option<string>("--agent") { Description = "built-in: no model; claude-code: the Claude Code program in its fence, against a scripted model", HelpName = "NAME", DefaultValueFactory = _ => BuiltIn };
        agent.AcceptOnlyFromAmong(BuiltIn, ClaudeCode);
        var command = new Command("demo", "Run the main job on the bundled shop: from the first failing request to a verified fix") { headless, patient, agent };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var home = Environment.GetEnvironmentVariable("NIGHTJAR_HOME") is { Length: > 0 } told ? told : Directory.GetCurrentDirectory();
            var plan = new DemoPlan(Patient.Find(parsed.GetRequiredValue(patient)) ?? Patient.Race, home, parsed.GetValue(Options.State) ?? StateFolders.Demo, parsed.GetValue(headless), parsed.GetValue(agent) == ClaudeCode);
            var output = new DemoOutput(Console.Out, parsed.GetValue(Options.Json), TimeProvider.System);
            return await new DemoRun(plan, output, TimeProvider.System).RunAsync(cancellationToken);
        });
        return command;
    }
}
