using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Probes;

/// <summary>Looks twice a day how long the certificates of the https probes are good for. That one is not trusted is the probe's to tell: it fails.</summary>
internal sealed partial class CertificateWatcher(Catalogue catalogue, ISignalDoor door, Func<string, int, CancellationToken, Task<SeenCertificate>> look, TimeProvider clock, ILogger logger) : IWatcher
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(12);

    /// <summary>After no answer, or a signal that was not taken.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly ImmutableArray<Site> sites =
    [
        .. catalogue.All.SelectMany(s => s.Probes.Where(p => p is { Url.Scheme: "https", Certificate.IsWatched: true }).Select(p => (s.Name, p.Url.IdnHost, p.Url.Port, p.Certificate)))
            .DistinctBy(x => (x.Name, x.IdnHost, x.Port)).Select(x => new Site(x.Name, x.IdnHost, x.Port, x.Certificate)),
    ];

    private volatile string? trouble;

    public string Name => "certificates";

    public bool HasSites => !sites.IsEmpty;

    public WatcherHealth Health => new(trouble is null, trouble ?? string.Join("; ", sites.Select(s => $"{s.Host}: {s.Says}")));

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(sites.Select(s => WatchAsync(s, cancellationToken)));

    public DateTimeOffset? LastWell(ServiceName service, string source) => sites.FirstOrDefault(s => s.Finding.Service == service && s.Finding.Source == source)?.Finding.WellAt;

    private async Task WatchAsync(Site site, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(await LookAsync(site, cancellationToken) ? Every : Again, clock, cancellationToken);
        }
    }

    private async Task<bool> LookAsync(Site site, CancellationToken cancellationToken)
    {
        try
        {
            var seen = await look(site.Host, site.Port, cancellationToken);
            return await JudgeAsync(site, seen, cancellationToken);
        }
        catch (IOException e)
        {
            site.Says = $"its certificate could not be looked at: {e.Message}";
            return false;
        }
    }

    private async Task<bool> JudgeAsync(Site site, SeenCertificate seen, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var left = seen.NotAfter - now;
        site.Says = string.Create(CultureInfo.InvariantCulture, $"{(left < TimeSpan.Zero ? "ran out" : "good until")} {seen.NotAfter.UtcDateTime:yyyy-MM-dd}{(seen.NotBefore > now ? ", and not yet good" : "")}{(seen.NotTrusted is null ? "" : $", not trusted here: {seen.NotTrusted}")}");
        if (left >= site.Options.Warn)
        {
            if (site.Finding.Well(now))
            {
                Renewed(site.Host, seen.NotAfter);
            }

            return true;
        }

        var message = left < TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"the certificate of {site.Host}:{site.Port} ran out on {seen.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : string.Create(CultureInfo.InvariantCulture, $"the certificate of {site.Host}:{site.Port} runs out in {Math.Floor(left.TotalDays):0} days, on {seen.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        return site.Finding.Found(message, left < site.Options.Critical ? Severity.Critical : Severity.Warning, now) is not { } signal || await TellAsync(site, signal, cancellationToken);
    }

    private async Task<bool> TellAsync(Site site, Signal signal, CancellationToken cancellationToken)
    {
        try
        {
            await door.AcceptAsync(signal, cancellationToken);
            trouble = null;
            return true;
        }
#pragma warning disable CA1031 // Whatever keeps a signal from being taken in (a full disk, say), the watching goes on and it is told again.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            site.Finding.Untold();
            trouble = $"what was found at {site.Host} could not be handed over: {e.Message}";
            HandOverFailed(site.Host, e);
            return false;
        }
    }

    [LoggerMessage(3550, LogLevel.Information, "The certificate of {Host} was renewed, it is good until {Until}")]
    private partial void Renewed(string host, DateTimeOffset until);

    [LoggerMessage(3551, LogLevel.Error, "What was found of the certificate of {Host} could not be handed over")]
    private partial void HandOverFailed(string host, Exception exception);

    private sealed class Site(ServiceName service, string host, int port, CertificateOptions options)
    {
        private volatile string says = "not looked at yet";

        public string Host => host;

        public int Port => port;

        public CertificateOptions Options => options;

        public string Says
        {
            get => says;
            set => says = value;
        }

        /// <summary>Told again at every look: twice a day.</summary>
        public StandingFinding Finding { get; } = new(service, string.Create(CultureInfo.InvariantCulture, $"certificate:{host}:{port}"), "certificate-expiring", TimeSpan.FromHours(1));
    }
}
