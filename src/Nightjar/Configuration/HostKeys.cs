using Nightjar.Connectors.Host;
using Nightjar.Core.Services;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of what is watched beside logs and answers: their age, their pace, certificates, disks.</summary>
internal static class HostKeys
{
    public static readonly Section<Freshness> Freshness =
        new Section<Freshness>("{field, maxAge}", "How old a time in a JSON answer may be.", new Freshness("", TimeSpan.Zero))
            .Key("field", "Where the time is: names with dots between them, and positions in lists.", Text("a path such as data.items.0.updatedAt", longest: 300), o => o.Field, (o, v) => o with { Field = v }, required: true)
            .Key("maxAge", "Older is stale.", Duration("1s", "3650d"), o => o.MaxAge, (o, v) => o with { MaxAge = v }, required: true);

    public static readonly Short<SlowAnswers> Slow = new(
        Text("a duration such as 500ms or 2s", longest: 20),
        text => new SlowAnswers { Over = Durations.TryRead(text) },
        new Section<SlowAnswers>("{over, times, of, factor}", "When right answers come too late: over or factor, or both.", new SlowAnswers())
            .Key("over", "An answer that takes longer is slow.", Duration("1ms", "5m"), o => o.Over, (o, v) => o with { Over = v })
            .Key("times", "Slow ones of the last that make it a problem.", Whole(1, 100), o => o.Times, (o, v) => o with { Times = v })
            .Key("of", "How many answers are looked at.", Whole(1, 100), o => o.Of, (o, v) => o with { Of = v })
            .Key("factor", "How many times the usual time their median may take; usual is learnt from the last hour.", Number(1.2, 100), o => o.Factor, (o, v) => o with { Factor = v }));

    public static readonly Short<CertificateOptions> Certificate = new(
        Signature("on or off", "^(on|off)$"),
        text => new CertificateOptions { IsWatched = text == "on" },
        new Section<CertificateOptions>("{warn, critical}", "When a certificate is told to run out.", new CertificateOptions())
            .Key("warn", "So long before its end it is a warning.", Duration("1h", "365d"), o => o.Warn, (o, v) => o with { Warn = v })
            .Key("critical", "So long before its end it is critical.", Duration("0s", "365d"), o => o.Critical, (o, v) => o with { Critical = v }));

    private static readonly Section<DiskOptions> Disk =
        new Section<DiskOptions>("{path, free}", "A file system.", new DiskOptions(""))
            .Key("path", "Any path in it.", FilePath("a path"), o => o.Path, (o, v) => o with { Path = v }, required: true)
            .Key("free", "The share that must be free; it is over with a fifth more.", Number(0, 1), o => o.Free, (o, v) => o with { Free = v });

    public static readonly Section<HostOptions> Host =
        new Section<HostOptions>("{service, disks}", "What is watched of the machine that Nightjar runs on.", new HostOptions())
            .Key("service", "Whose incidents it makes.", Text("the name of a service", longest: 100), o => o.Service.Value, (o, v) => o with { Service = new ServiceName(v) }, required: true)
            .Key("disks", "File systems that must have space.", new ListOf<DiskOptions>("a path, or a list of paths or disks", new Short<DiskOptions>(FilePath("a path"), p => new DiskOptions(p), Disk), orOne: true, fewest: 1), o => o.Disks, (o, v) => o with { Disks = v }, required: true);

    public static void Check(NightjarOptions options, Reading reading)
    {
        if (reading.Has("host") && options.Services.All(s => s.Name != options.Host.Service))
        {
            reading.Blame("host.service", $"there is no service {Wording.Quote(options.Host.Service.Value ?? "")}{Wording.DidYouMean(options.Host.Service.Value ?? "", options.Services.Select(s => s.Name.Value))}");
        }
    }

    public static void CheckProbe(HttpProbe probe, string path, Reading reading)
    {
        if (probe.Slow is { } slow && (slow is { Over: null, Factor: null } || slow.Times > slow.Of))
        {
            reading.Blame($"{path}.slow", slow.Times > slow.Of ? "asks for more slow answers than are looked at" : "names neither a duration such as 1s, nor over, nor factor");
        }

        if (probe.Certificate.Critical > probe.Certificate.Warn)
        {
            reading.Blame($"{path}.certificate", "is critical before it warns");
        }

        if (reading.Has($"{path}.certificate") && probe.Url.Scheme != "https")
        {
            reading.Blame($"{path}.certificate", "is not used: the url is not https");
        }
    }
}
