using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Agents;

/// <summary>One incident to investigate.</summary>
internal static class Case
{
    public static readonly DateTimeOffset Onset = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static Task<Finding> InvestigateAsync(ICodeSnapshot? code, string errorClass, string message, params StackFrame[] frames) =>
        InvestigateAsync(code, Evidence(errorClass, message, frames));

    public static Task<Finding> InvestigateAsync(ICodeSnapshot? code, EvidenceBundle evidence) =>
        new BuiltInInvestigator(NullLogger<BuiltInInvestigator>.Instance).InvestigateAsync(Brief(code, evidence), CancellationToken.None);

    public static EvidenceBundle Evidence(string errorClass, string message, params StackFrame[] frames)
    {
        var service = new ServiceName("shop");
        return new EvidenceBundle
        {
            Service = service,
            Onset = Onset,
            TakenAt = Onset.AddMinutes(2),
            Trigger = new Signal { Kind = SignalKind.ErrorRate, Service = service, At = Onset, ErrorClass = errorClass, Message = message, Frames = [.. frames], Samples = [message] },
        };
    }

    public static Brief Brief(ICodeSnapshot? code, EvidenceBundle evidence) => new()
    {
        Service = new Service { Name = evidence.Service },
        Evidence = evidence,
        Code = code,
        Incident = new Incident
        {
            Id = new IncidentId(7),
            Service = evidence.Service,
            Title = "shop",
            OpenedAt = Onset,
            Trigger = evidence.Trigger,
            Fingerprints = [new OwnedFingerprint(Fingerprint.Of(evidence.Trigger, FingerprintStrategy.Evidence), "shop", evidence.Trigger.ErrorClass, null, Onset, "first")],
        },
    };

    public static StackFrame Frame(string function, string? file, int? line) => new(function, file, line, IsOwnCode: true);

    public const string SumPy = """
        def add(a, b):
            log("overflow while adding %d" % a)
            total = a + b
            return total
        """;

    /// <summary>A first commit, and one that wrote all of a small function.</summary>
    public static (FakeCode Code, string Suspect) Simple(DateTimeOffset at)
    {
        var code = new FakeCode();
        code.Add("Begin", Onset.AddDays(-300), ("sum.py", "def add(a, b):\n    pass"), ("README.md", ""));
        return (code, code.Add("Count", at, ("sum.py", SumPy)));
    }
}
