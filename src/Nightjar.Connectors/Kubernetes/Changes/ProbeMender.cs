using System.Globalization;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>Finds the probe that asks where its container declares nothing, and where it shall ask instead. What is not declared is not guessed.</summary>
internal sealed class ProbeMender(Sight sight, DateTimeOffset now)
{
    /// <exception cref="ActionFailedException">No probe is plainly wrong, or nothing says what would be right.</exception>
    public (string Says, FieldEdit Edit) Mend()
    {
        var failing = sight.Troubles(now).Where(t => t.Trouble.Condition is "not-ready" or "crash-loop" or "container-exited").SelectMany(t => t.Pod.Containers.Where(c => !c.IsReady)).ToList();
        foreach (var container in sight.Workload.Template.Where(t => failing.Exists(f => f.Name == t.Name)))
        {
            foreach (var (name, probe) in new[] { ("startupProbe", container.Startup), ("readinessProbe", container.Readiness), ("livenessProbe", container.Liveness) })
            {
                if (probe is { Kind: "http" or "tcp" } && IsElsewhere(container, probe))
                {
                    return Port(container, name, probe);
                }
            }

            if (Path(container, failing.First(f => f.Name == container.Name)) is { } path)
            {
                return path;
            }
        }

        throw new ActionFailedException($"No probe of {sight.Target.Shown} asks where nothing is declared: it is the program that does not answer.");
    }

    private static bool IsElsewhere(Container container, ContainerProbe probe) =>
        int.TryParse(probe.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && !container.Ports.IsEmpty && !container.Ports.Contains(port);

    private (string, FieldEdit) Port(Container container, string name, ContainerProbe probe) => container.Ports is [var only]
        ? (string.Create(CultureInfo.InvariantCulture, $"let the {name} of {container.Name} in {sight.Target.Shown} ask port {only}, which the container declares, instead of {probe.Port}"), Edit(container, name, probe, "port", probe.Port, only.ToString(CultureInfo.InvariantCulture)))
        : throw new ActionFailedException($"The {name} of {container.Name} in {sight.Target.Shown} asks port {probe.Port}, which is not declared; it declares {string.Join(", ", container.Ports)}, and which of them is meant a person must say.");

    /// <summary>Where readiness asks a path that fails, and liveness asks another on the same port that is answered since longer than it may fail.</summary>
    private (string, FieldEdit)? Path(Container container, Container running) =>
        container is { Readiness: { Kind: "http" } ready, Liveness: { Kind: "http" } alive } && ready.Port == alive.Port && ready.Path != alive.Path && ready.Path.Length > 0 && alive.Path.Length > 0
        && running.Now is { Phase: ContainerPhase.Running, StartedAt: { } started } && now - started > TimeSpan.FromSeconds(alive.DelaySeconds + ((alive.Failures + 1.0) * alive.PeriodSeconds))
            ? ($"let the readinessProbe of {container.Name} in {sight.Target.Shown} ask {alive.Path}, which its livenessProbe is answered at, instead of {ready.Path}", Edit(container, "readinessProbe", ready, "path", ready.Path, alive.Path))
            : null;

    private static FieldEdit Edit(Container container, string name, ContainerProbe probe, string field, string from, string to) =>
        new(container.Name, $"{name}.{(probe.Kind == "http" ? "httpGet" : "tcpSocket")}.{field}", from, to) { IsInit = container.IsInit };
}
