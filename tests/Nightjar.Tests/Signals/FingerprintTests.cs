using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Signals;

public class FingerprintTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 19, 21, 59, 35, TimeSpan.Zero);

    /// <summary>The hashes that the first watcher of this kind published for these subjects.</summary>
    [Theory]
    [InlineData("Error", "6e14cf73")]
    [InlineData("StockMismatchError", "e2836e74")]
    [InlineData("InventoryValidationError", "de61efe2")]
    [InlineData("PaymentGatewayTimeout", "2c8fc300")]
    [InlineData("", "4e7935dd")]
    public void The_class_strategy_gives_the_published_hashes(string errorClass, string hash)
    {
        Assert.Equal(hash, Fingerprint.Of(Error(errorClass), FingerprintStrategy.Class).Hash);
    }

    [Fact]
    public void A_class_that_says_something_is_identity_enough()
    {
        var one = Error("StockMismatchError", "stock for product 7 is -1", "A.cs", "Reserve");
        var other = Error("StockMismatchError", "something else", "B.cs", "Elsewhere");
        Assert.Equal(Of(one), Of(other));
        Assert.Equal("e2836e74", Of(one).Hash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Error")]
    [InlineData("System.Exception")]
    [InlineData("RuntimeError")]
    public void Two_bugs_behind_a_generic_class_are_two(string generic)
    {
        Assert.NotEqual(Of(Error(generic, "stock is -1", "A.cs", "Reserve")), Of(Error(generic, "stock is -1", "B.cs", "Pay")));
        Assert.NotEqual(Of(Error(generic, "stock is low", "A.cs", "Reserve")), Of(Error(generic, "no such user", "A.cs", "Reserve")));
    }

    [Fact]
    public void What_differs_between_two_occurrences_of_one_bug_does_not_count()
    {
        var one = Error("Error", "order 1f0c9d1e-0b1c-4d57-9a0b-6a2f3d1c9e10 of 10.0.0.7:443 failed at 2026-05-19T21:59:35Z after 31 ms: \"a\"", "/app/A.cs", "Reserve", 12);
        var other = Error("Error", "order 9b6f7d8a-1111-4d57-9a0b-6a2f3d1c9e10 of 10.0.1.9:80 failed at 2026-06-01T01:02:03Z after 7 ms: \"b\"", "/src/A.cs", "Reserve", 99);
        Assert.Equal(Of(one), Of(other));
    }

    [Fact]
    public void Only_frames_of_the_services_own_code_count()
    {
        var library = new StackFrame("Library.Call", "Library.cs", 1, IsOwnCode: false);
        var own = new StackFrame("Shop.Reserve", "A.cs", 1, IsOwnCode: true);
        Assert.Equal(Of(Error("Error") with { Frames = [own] }), Of(Error("Error") with { Frames = [library, own] }));
    }

    [Fact]
    public void Workloads_probes_and_alerts_have_their_own_subjects()
    {
        var signal = Error("Error") with { Workload = "Deployment/api", Source = "health" };
        Assert.Equal("ecommerce-api|Deployment/api", Fingerprint.Subject(signal with { Kind = SignalKind.WorkloadFailure }, FingerprintStrategy.Evidence));
        Assert.Equal("ecommerce-api|probe:health", Fingerprint.Subject(signal with { Kind = SignalKind.ProbeFailure }, FingerprintStrategy.Evidence));
        Assert.Equal("ecommerce-api|alert:health", Fingerprint.Subject(signal with { Kind = SignalKind.Alert }, FingerprintStrategy.Evidence));
    }

    private static Fingerprint Of(Signal signal) => Fingerprint.Of(signal, FingerprintStrategy.Evidence);

    private static Signal Error(string errorClass, string message = "", string? file = null, string function = "", int line = 1) => new()
    {
        Kind = SignalKind.ErrorRate,
        Service = new ServiceName("ecommerce-api"),
        At = Now,
        ErrorClass = errorClass,
        Message = message,
        Frames = file is null ? [] : [new StackFrame(function, file, line, IsOwnCode: true)],
    };
}
