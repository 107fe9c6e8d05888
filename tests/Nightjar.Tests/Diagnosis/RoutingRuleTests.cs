using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Diagnosis;

/// <summary>Everything runs, and calls do not arrive.</summary>
public sealed class RoutingRuleTests
{
    [Fact]
    public void A_service_that_selects_labels_that_no_pod_has_is_named_with_both()
    {
        var shop = Called("cart:7070").WithService("cart", selects: "crat", port: 7070);

        var named = shop.Named("service-selector-unmatched");

        Assert.Equal(new ObjectRef("Service", Shop.Space, "cart"), named.About);
        Assert.Contains(Shop.Deployment("web"), named.Affects);
        Assert.Equal(["metadata.labels: app=cart", "spec.selector: app=crat"], shop.Rank().QuotesOf(named).Select(q => q.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_service_whose_workload_has_no_pods_just_now_is_not_what_is_wrong() =>
        new Shop().With("web", Calls("cart:7070")).With("cart", wanted: 0, hasPod: false).WithService("cart", port: 7070).Named("scaled-to-zero");

    [Fact]
    public void A_port_that_the_pods_do_not_have_is_named() =>
        Assert.Contains("sends to port 8080, which its pods do not have (they have 7070)", Called("cart:7070").WithService("cart", port: 7070, target: "8080").Named("service-port-mismatch").Says, StringComparison.Ordinal);

    [Theory]
    [InlineData("tcp-redis")]
    [InlineData("http")]
    [InlineData("grpc")]
    public void A_protocol_that_the_port_s_own_name_contradicts_is_named(string name) =>
        Called("cart:7070").WithService("cart", port: 7070, target: "7070", protocol: "UDP", portName: name).Named("service-protocol-mismatch");

    [Fact]
    public void A_service_of_UDP_is_none() => Assert.Empty(Called("cart:7070").WithService("cart", port: 7070, target: "7070", protocol: "UDP", portName: "dns").Rank().Causes);

    [Theory]
    [InlineData("cart:7071")]
    [InlineData("http://cart.shop.svc.cluster.local:7071/api")]
    public void An_address_with_a_port_that_the_service_does_not_have_is_the_callers_fault(string address)
    {
        var named = Called(address).WithService("cart", port: 7070, target: "7070").Named("service-address-wrong");

        Assert.Equal(Shop.Deployment("web"), named.About);
        Assert.Contains("on port 7071, where it has 7070", named.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_no_service_has_is_believed_when_the_program_fails_at_it() =>
        Assert.Equal(Shop.Deployment("web"), Called("crat:7070").WithService("cart", port: 7070, target: "7070").Logs("web", "rpc error: code = Unavailable desc = name resolver error: crat").Named("service-address-wrong").About);

    [Fact]
    public void An_address_of_something_outside_is_left_alone() => Assert.Empty(Called("payments.example.com:443").WithService("cart", port: 7070, target: "7070").Rank().Causes);

    [Fact]
    public void A_service_that_a_full_quota_refused_is_missed_by_its_callers() =>
        Called("cart:7070").WithService("web").With(new Quota(new ObjectMeta { Ref = new ObjectRef("ResourceQuota", Shop.Space, "objects") }, Shop.Map(("services", "1")), Shop.Map(("services", "1")))).Named("quota-services");

    [Fact]
    public void A_quota_with_room_is_not_blamed() =>
        Assert.Empty(Called("cart:7070").WithService("web").With(new Quota(new ObjectMeta { Ref = new ObjectRef("ResourceQuota", Shop.Space, "objects") }, Shop.Map(("services", "5")), Shop.Map(("services", "1")))).Rank().Causes);

    private static Shop Called(string address) => new Shop().With("web", Calls(address)).With("cart", Shop.Running() with { Ports = [7070] });

    private static Container Calls(string address) => Shop.Running() with { Ports = [8080], Addresses = ImmutableDictionary<string, string>.Empty.Add("CART_ADDR", address) };
}
