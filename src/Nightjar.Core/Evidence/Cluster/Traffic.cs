using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>A service of a cluster (<c>v1/Service</c>): a name under which pods are reached. Not one of our catalogue.</summary>
/// <param name="Type"><c>ClusterIP</c>, <c>NodePort</c>, <c>LoadBalancer</c>, <c>ExternalName</c>.</param>
/// <param name="Selector">Which pods it leads to; empty when somebody else says where it leads.</param>
public sealed record ClusterService(ObjectMeta Meta, string Type, ImmutableDictionary<string, string> Selector, ImmutableArray<ServicePort> Ports)
{
    /// <summary>True for a pod, or a template, with all the labels that it asks for.</summary>
    public bool LeadsTo(ImmutableDictionary<string, string> labels) => !Selector.IsEmpty && Selector.All(s => labels.GetValueOrDefault(s.Key) == s.Value);
}

/// <param name="Port">What callers use.</param>
/// <param name="Target">The pods' port: a number, or the name of one of a container's ports.</param>
public sealed record ServicePort(string Name, int Port, string Target, string Protocol);

/// <summary>Where a service leads now (<c>v1/Endpoints</c>), in addresses of pods.</summary>
/// <param name="Ready">Addresses that traffic goes to.</param>
/// <param name="NotReady">Addresses of pods that run and are not ready.</param>
public sealed record Endpoints(ObjectMeta Meta, int Ready, int NotReady);

/// <summary>How traffic from outside comes to services.</summary>
/// <param name="TlsHosts">Hosts that it serves with a certificate.</param>
/// <param name="Addresses">Where it listens, as its controller wrote it down; empty while none did.</param>
public sealed record Ingress(ObjectMeta Meta, string Class, ImmutableArray<IngressRoute> Routes, ImmutableArray<string> TlsHosts, ImmutableArray<string> Addresses);

/// <param name="Host">Empty for every host.</param>
/// <param name="Service">Of the same namespace.</param>
/// <param name="Port">A number or a name.</param>
public sealed record IngressRoute(string Host, string Path, string Service, string Port);
