using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nightjar.Cli;
using Nightjar.Configuration;
using Nightjar.Core.Incidents;
using Nightjar.Demo.Model;
using Nightjar.Hosting;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Demo;

/// <summary>
/// The main job on the bundled shop. The demo plays the shop's owner: it starts the shop, puts load on it, redeploys it when its
/// base branch moves. All else is Nightjar with the configuration that is printed.
/// </summary>
internal sealed class DemoRun(DemoPlan plan, DemoOutput output, TimeProvider clock)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PlayAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.Done();
            output.Event("demo", "stopped; the shop and Nightjar are gone, the files stay in " + plan.Folder);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is PatientException or NoDaemonException or RefusedException or IOException or StoreUnavailableException)
        {
            output.Done();
            await Console.Error.WriteLineAsync($"nightjar demo: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private async Task<int> PlayAsync(CancellationToken cancellationToken)
    {
        Prepare();
        output.Title($"Nightjar demo, patient {plan.Patient}. Everything is below {plan.Folder}");
        var repository = await new PatientHistory(clock).BuildAsync(plan.Home, plan.Folder, plan.Patient, cancellationToken);
        output.Event("demo", $"built the shop's repository: {repository.Commits.Length} commits, the last \"{repository.Head.Subject}\"");

        await using var payments = plan.Patient == Patient.UnknownCause ? await PaymentsStub.StartAsync(clock, cancellationToken) : null;
        var settings = new PatientSettings(PatientProcess.FreePort(), plan.LogFile, payments?.Url);
        await using var deployer = new DemoDeployer(repository, plan.Folder, settings, output, clock);
        await deployer.DeployAsync(cancellationToken);

        await using var model = plan.IsModel ? await ScriptedModel.StartAsync(ShopScript.Answer, cancellationToken) : null;
        var options = Configure(repository, settings, model?.Address);
        await using var daemon = await NightjarDaemon.StartAsync(options, new Seams(), Logging.Silent, cancellationToken);
        using var client = DaemonClient.Connect([options.State], plan.Headless ? "stand-in" : null);
        var link = await client.PostAsync("signin-links", new JsonObject(), cancellationToken);
        output.Event("nightjar", $"watches the shop, mode {options.Conduct.Mode.ToString().ToLowerInvariant()}, with {daemon.Parts.GetRequiredService<AgentPlan>().Says}. Dashboard: {link["url"]}", new { dashboard = daemon.Address, signIn = link["url"]?.ToString() });

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var load = new Load(settings.Url, new LoadOptions(), clock);
        using var pipeline = DaemonClient.Connect([options.State], "deploy pipeline");
        var working = Task.WhenAll(load.RunAsync(stop.Token), deployer.FollowAsync(pipeline, stop.Token));
        output.Event("load", "customers are coming in");
        payments?.RefuseAfter(TimeSpan.FromSeconds(8));
        try
        {
            var story = new DemoStory(plan, output, clock, daemon.Parts.GetRequiredService<SqliteStore>(), client, load);
            var following = story.FollowAsync(cancellationToken);
            await await Task.WhenAny(following, working);
            var code = await following;
            await StayAsync(code, cancellationToken);
            return code;
        }
        finally
        {
            await stop.CancelAsync();
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            output.Done();
        }
    }

    /// <summary>With a person at the terminal the dashboard stays up until Ctrl-C.</summary>
    private async Task StayAsync(int code, CancellationToken cancellationToken)
    {
        if (plan.Headless || Console.IsOutputRedirected || code != ExitCode.Ok)
        {
            return;
        }

        output.Remark("The dashboard stays up for you to look around; Ctrl-C ends the demo.");
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
    }

    private NightjarOptions Configure(PatientRepository repository, PatientSettings settings, Uri? model)
    {
        var path = Path.Combine(plan.Folder, "nightjar.yaml");
        if (model is not null)
        {
            File.WriteAllText(plan.KeyFile, "a-scripted-model-takes-any-key\n");
            output.Event("demo", $"a scripted model answers at {model}: what it says is written down beforehand, everything around it is real");
        }

        File.WriteAllText(path, plan.Yaml(repository.Bare, settings.Url, PatientProcess.FreePort(), model));
        var read = new ConfigurationReader(Environment.GetEnvironmentVariable).ReadFile(path);
        output.Event("demo", string.Create(CultureInfo.InvariantCulture, $"wrote {path}; its verification window is {DemoPlan.VerifyWindow.TotalSeconds:0} s instead of 10 minutes"));
        return read.Options ?? throw new PatientException(read.Message);
    }

    private void Prepare()
    {
        var state = plan.State;
        if (SqliteStore.FindHolder(StateFiles.Store(state)) is { } holder)
        {
            throw new PatientException($"a demo runs already ({holder}); end it with Ctrl-C first, or give this one another folder with --state");
        }

        // Emptied only when a demo made it: --state may name any folder.
        var mark = Path.Combine(plan.Folder, "made-by-nightjar-demo");
        if (Directory.Exists(plan.Folder) && Directory.EnumerateFileSystemEntries(plan.Folder).Any())
        {
            if (!File.Exists(mark))
            {
                throw new PatientException($"{plan.Folder} is not empty and no demo made it; name an empty folder with --state");
            }

            Directory.Delete(plan.Folder, recursive: true);
        }

        Directory.CreateDirectory(plan.Folder);
        File.WriteAllText(mark, "This folder is emptied at the start of every demo.\n");
    }
}
