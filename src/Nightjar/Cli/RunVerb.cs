using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nightjar.Configuration;
using Nightjar.Core.Incidents;
using Nightjar.Hosting;
using Nightjar.Storage;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Cli;

/// <summary><c>nightjar run</c>: the daemon, until it is told to stop.</summary>
internal static class RunVerb
{
    public static Command Make()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing outside the state folder" };
        var stdin = new Option<string>("--stdin") { Description = "Read log lines of this service from standard input: myapp | nightjar run --stdin shop", HelpName = "SERVICE" };
        var command = new Command("run", "Watch the services of nightjar.yaml until told to stop (Ctrl-C, SIGTERM)") { dryRun, stdin };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await Configured.OptionsAsync(parsed) is not { } options)
            {
                return ExitCode.BadInput;
            }

            if (parsed.GetValue(stdin) is { } name)
            {
                if (options.Services.FirstOrDefault(s => s.Name.Value == name) is not { } service)
                {
                    await Console.Error.WriteLineAsync($"nightjar: there is no service {Wording.Quote(name)}{Wording.DidYouMean(name, options.Services.Select(s => s.Name.Value))}");
                    return ExitCode.BadInput;
                }

                options = options with { Services = options.Services.Replace(service, service with { StandardInput = true }) };
            }

            options = parsed.GetValue(dryRun) ? options with { Conduct = options.Conduct with { DryRun = true } } : options;
            if (await ReviewCheck.RefusalAsync(options, TimeProvider.System, cancellationToken) is { } refusal)
            {
                await Console.Error.WriteLineAsync(refusal);
                return ExitCode.BadInput;
            }

            return await RunAsync(options, parsed.GetValue(Options.Json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(NightjarOptions options, bool json, CancellationToken cancellationToken)
    {
        try
        {
            await using var daemon = await NightjarDaemon.StartAsync(options, new Seams(), logging => Logging.Console(logging, json), cancellationToken);
            await GreetAsync(options, daemon, json, cancellationToken);
            await daemon.WaitAsync(cancellationToken);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (DaemonFailedException e)
        {
            await Console.Error.WriteLineAsync($"nightjar: {e.Message}. What it worked on goes on when it is started again; please report this with the log above");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is StoreInUseException or StoreRefusedException or StoreUnavailableException)
        {
            await Console.Error.WriteLineAsync($"nightjar: {e.Message}");
            return ExitCode.BadInput;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            return await NoAddressAsync(options, "is taken by another program");
        }
        catch (SocketException e)
        {
            return await NoAddressAsync(options, $"cannot be listened on ({e.Message})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"nightjar: the state folder {options.State} cannot be used: {e.Message}");
            return ExitCode.BadInput;
        }
    }

    private static async Task<int> NoAddressAsync(NightjarOptions options, string why)
    {
        await Console.Error.WriteLineAsync($"nightjar: {options.Dashboard.Listen} {why}; choose another address for the dashboard with dashboard: {{ listen: 127.0.0.1:PORT }} in the configuration");
        return ExitCode.BadInput;
    }

    private static async Task GreetAsync(NightjarOptions options, NightjarDaemon daemon, bool json, CancellationToken cancellationToken)
    {
        using var client = DaemonClient.Connect([options.State]);
        var link = await client.PostAsync("signin-links", new JsonObject(), cancellationToken);
        if (json)
        {
            return;
        }

        var conduct = options.Conduct;
        Console.Out.WriteLine($"Nightjar {NightjarDaemon.Version} watches {Watched(options)}, mode {conduct.Mode.ToString().ToLowerInvariant()}{(conduct.DryRun ? ", dry run" : "")}. State: {options.State}");
        Console.Out.WriteLine($"Agent: {daemon.Parts.GetRequiredService<AgentPlan>().Says}");
        Console.Out.WriteLine($"Dashboard: {daemon.Address}   Sign in (once, within 15 minutes): {link["url"]}");
    }

    private static string Watched(NightjarOptions options)
    {
        var clusters = options.Kubernetes.IsOn ? Math.Max(1, options.Kubernetes.Contexts.Length) : 0;
        string[] parts = [options.Services.IsEmpty && clusters > 0 ? "" : Count(options.Services.Length, "service"), clusters > 0 ? Count(clusters, "cluster") : ""];
        return string.Join(" and ", parts.Where(p => p.Length > 0));

        static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
    }
}
