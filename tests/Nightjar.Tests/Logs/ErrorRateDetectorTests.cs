using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Logs;

public sealed class ErrorRateDetectorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly ServiceName Shop = new("shop");

    [Theory]
    [InlineData(15, 100, true)]
    [InlineData(14, 100, false)]
    [InlineData(15, 99, false)]
    [InlineData(150, 1000, true)]
    [InlineData(149, 1000, false)]
    [InlineData(1500000000000000, 10000000000000000, true)]
    [InlineData(1499999999999999, 10000000000000000, false)]
    public void Both_bounds_belong_to_the_alarm(long errors, long total, bool fires) =>
        Assert.Equal(fires, Detect(errors, total, Group("StockError", errors)).Length == 1);

    [Theory]
    [InlineData(0.07, 7, 100)]
    [InlineData(0.29, 29, 100)]
    [InlineData(0.57, 57, 100)]
    [InlineData(0.1, 10, 100)]
    [InlineData(0.58, 58, 100)]
    [InlineData(1.0, 100, 100)]
    public void A_threshold_that_is_hit_exactly_fires(double threshold, long errors, long total)
    {
        var options = new ErrorRateOptions { Threshold = threshold };

        Assert.Single(ErrorRateDetector.Detect(Shop, Rate(errors, total), [Group("StockError", errors)], options));
        Assert.Empty(ErrorRateDetector.Detect(Shop, Rate(errors - 1, total), [Group("StockError", errors - 1)], options));
    }

    [Fact]
    public void Two_classes_that_each_pass_are_two_signals()
    {
        var signals = Detect(35, 100, Group("StockError", 20), Group("PaymentError", 15));

        Assert.Equal(["StockError", "PaymentError"], signals.Select(s => s.ErrorClass));
        Assert.All(signals, s => Assert.Equal(35, s.Rate?.Errors));
    }

    [Fact]
    public void When_only_the_sum_passes_the_most_frequent_is_named()
    {
        var signal = Assert.Single(Detect(16, 100, Group("StockError", 10), Group("PaymentError", 6)));

        Assert.Equal("StockError", signal.ErrorClass);
    }

    [Fact]
    public void A_failed_request_and_its_exception_are_one_problem()
    {
        var signal = Assert.Single(Detect(20, 100, Group("", 20, "POST /checkout 500"), Group("StockError", 20)));

        Assert.Equal("StockError", signal.ErrorClass);
    }

    [Fact]
    public void Errors_logged_twice_do_not_make_a_group_larger_than_all_errors() =>
        Assert.Empty(Detect(14, 100, Group("StockError", 28)));

    [Fact]
    public void Groups_of_one_class_in_two_places_are_put_together()
    {
        var signal = Assert.Single(Detect(16, 100, Group("StockError", 9, frame: "A.B"), Group("StockError", 7, frame: "C.D")));

        Assert.Equal("A.B", signal.Frames[0].Function);
        Assert.Equal(2, signal.Samples.Length);
    }

    [Fact]
    public void Without_any_group_the_rate_alone_still_fires()
    {
        var signal = Assert.Single(Detect(50, 100));

        Assert.Equal(("", Severity.Critical), (signal.ErrorClass, signal.Severity));
    }

    [Fact]
    public void No_error_is_no_alarm_even_at_threshold_zero() =>
        Assert.Empty(ErrorRateDetector.Detect(Shop, Rate(0, 100), [], new ErrorRateOptions { Threshold = 0, MinVolume = 0 }));

    private static ImmutableArray<Signal> Detect(long errors, long total, params ErrorGroup[] groups) =>
        ErrorRateDetector.Detect(Shop, Rate(errors, total), groups, new ErrorRateOptions());

    private static RateReading Rate(long errors, long total) => new(Now.AddMinutes(-1), Now, errors, total, RateUnit.Requests);

    private static ErrorGroup Group(string errorClass, long count, string message = "stock is -3", string frame = "Shop.Inventory.Reserve") =>
        new(errorClass, message, count, Now.AddSeconds(-20), Now.AddSeconds(-1), [new StackFrame(frame, "/a.cs", 1, IsOwnCode: true)], $"sample of {errorClass}");
}
