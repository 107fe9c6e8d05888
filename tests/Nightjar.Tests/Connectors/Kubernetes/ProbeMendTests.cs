using System.Text.Json.Nodes;
using Nightjar.Core.Healing;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>Probes that ask where nobody answers.</summary>
public sealed class ProbeMendTests
{
    private static readonly HealAction Mend = new HealAction.MendProbe("deployment/web") { Service = KubeLab.Name };

    [Fact]
    public async Task A_probe_is_pointed_to_the_one_port_that_is_declared_and_never_guessed()
    {
        await using var lab = await KubeLab.StartAsync();
        static Action<JsonObject> Probing(int port, params int[] declared) => c =>
        {
            c["ports"] = new JsonArray([.. declared.Select(d => new JsonObject { ["containerPort"] = d })]);
            c["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["port"] = port, ["path"] = "/" }, ["periodSeconds"] = 1 };
        };
        lab.Shop.Deploy(container: Probing(8081, 8080));
        lab.Shop.Pod(lab.Shop.Running(), container: Probing(8081, 8080));
        Assert.Equal("did let the readinessProbe of app in deployment/web ask port 8080, which the container declares, instead of 8081", await lab.DoAsync(Mend));
        var probe = lab.Shop.Web["spec"]?["template"]?["spec"]?["containers"]?[0]?["readinessProbe"]?["httpGet"];
        Assert.Equal("""{"port":8080,"path":"/"}""", probe?.ToJsonString());

        lab.Shop.Deploy(container: Probing(8081, 8080, 9090));
        Assert.Contains("it declares 8080, 9090, and which of them is meant a person must say", (await lab.FailsAsync(Mend)).Message, StringComparison.Ordinal);
        lab.Shop.Deploy(container: Probing(8080, 8080));
        Assert.Contains("it is the program that does not answer", (await lab.FailsAsync(Mend)).Message, StringComparison.Ordinal);
        lab.Shop.Deploy(container: Probing(8080));
        Assert.Contains("it is the program that does not answer", (await lab.FailsAsync(Mend)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_readiness_path_that_fails_is_changed_to_the_one_that_liveness_is_answered_at_and_only_then()
    {
        await using var lab = await KubeLab.StartAsync();
        static Action<JsonObject> Asking(string ready, string alive, int every) => c =>
        {
            c["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8080 });
            c["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["port"] = 8080, ["path"] = ready } };
            c["livenessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["port"] = 8080, ["path"] = alive }, ["periodSeconds"] = every };
        };
        lab.Shop.Deploy(container: Asking("/reddy", "/health", every: 100));
        lab.Shop.Pod(lab.Shop.Running(), container: Asking("/reddy", "/health", every: 100));
        Assert.Contains("it is the program that does not answer", (await lab.FailsAsync(Mend)).Message, StringComparison.Ordinal);

        lab.Shop.Deploy(container: Asking("/reddy", "/health", every: 10));
        Assert.Equal("did let the readinessProbe of app in deployment/web ask /health, which its livenessProbe is answered at, instead of /reddy", await lab.DoAsync(Mend));
        Assert.Equal("/health", $"{lab.Shop.Web["spec"]?["template"]?["spec"]?["containers"]?[0]?["readinessProbe"]?["httpGet"]?["path"]}");
    }
}
