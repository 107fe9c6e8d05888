using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Stories;

/// <summary>The signals that stories are made of.</summary>
internal static class Seen
{
    public const string StockMismatch = "StockMismatchError";

    /// <summary>Checkouts fail in the shop's inventory: 40 of 200 requests.</summary>
    public static Signal StockGoesNegative(DateTimeOffset now, long errors = 40, long total = 200) => ErrorRate(now, StockMismatch, "stock is -3", "/app/src/Inventory.cs", "Shop.Inventory.Reserve", 10, errors, total);

    /// <summary>Something else that fails in the same service.</summary>
    public static Signal PaymentsTimeOut(DateTimeOffset now) => ErrorRate(now, "PaymentTimeoutError", "no answer within 2 s", "/app/src/Payments.cs", "Shop.Payments.Charge", 7, 40, 200);

    public static Signal ErrorRate(DateTimeOffset now, string errorClass, string message, string file, string function, int line, long errors, long total) => new()
    {
        Kind = SignalKind.ErrorRate,
        Service = World.Shop,
        At = now,
        ErrorClass = errorClass,
        Message = message,
        Frames = [new StackFrame(function, file, line, IsOwnCode: true)],
        Rate = new RateReading(now.AddMinutes(-1), now, errors, total, RateUnit.Requests),
        Samples = [$"{errorClass}: {message}\n   at {function}() in {file}:line {line}"],
        Severity = Severity.Critical,
    };

    public static Signal HealthFails(DateTimeOffset now, ServiceName? service = null) => new()
    {
        Kind = SignalKind.ProbeFailure,
        Service = service ?? World.Shop,
        At = now,
        Source = "health",
        Message = "expected 200, got 503",
        Severity = Severity.Critical,
    };

    public static LogDigest DigestOf(Signal signal) => new()
    {
        From = signal.At.AddMinutes(-30),
        To = signal.At,
        Lines = 500,
        Errors = 40,
        ErrorGroups = [new ErrorGroup(signal.ErrorClass, signal.Message, 40, signal.At.AddSeconds(-20), signal.At, signal.Frames, signal.Samples.FirstOrDefault() ?? "")],
        Templates = ImmutableArray.Create(new LogTemplate("t1", "stock is <*>", "error", 40, signal.At.AddSeconds(-20), signal.At, TemplateTrend.New, "stock is -3")),
    };
}
