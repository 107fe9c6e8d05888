using System.Net.Http.Json;

namespace Nightjar.Demo;

/// <summary>How hard the customers press.</summary>
internal sealed record LoadOptions
{
    /// <summary>Customers that act at the same moment.</summary>
    public int Customers { get; init; } = 12;

    /// <summary>Upper bound; fewer when the shop answers slowly.</summary>
    public int RequestsPerSecond { get; init; } = 180;
}

/// <summary>
/// Customers of the shop, and the van that brings what is sold out. They come in waves, as after an announcement, and many want
/// the same scarce tea. They know the shop's HTTP interface alone: what goes wrong in there is the shop's own doing.
/// </summary>
internal sealed class Load(Uri shop, LoadOptions options, TimeProvider clock)
{
    private const string Contended = "P-1003";
    private const int ContendedDelivery = 40;
    private const int PlentifulDelivery = 1000;
    private const int PlentifulLow = 200;

    private static readonly string[] Plentiful = ["P-1001", "P-1002", "P-1004"];
    private static readonly TimeSpan BetweenVans = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly LoadCounter counter = new(clock);

    public LoadFigures Figures => counter.Figures();

    /// <summary>Buys until cancelled; returns then. A shop that is down is counted, and tried again with the next wave.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = shop, Timeout = Patience };
        try
        {
            await Task.WhenAll(WavesAsync(http, cancellationToken), VansAsync(http, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo is over, which is the only way this ends.
        }
    }

    private async Task WavesAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var wave = new PeriodicTimer(TimeSpan.FromSeconds((double)options.Customers / options.RequestsPerSecond), clock);
        while (await wave.WaitForNextTickAsync(cancellationToken))
        {
            await Task.WhenAll(Enumerable.Range(0, options.Customers).Select(_ => VisitAsync(http, cancellationToken)));
        }
    }

    /// <summary>Of 20 visits 9 buy the scarce tea, 3 something else, 8 look around.</summary>
    private Task VisitAsync(HttpClient http, CancellationToken cancellationToken) => Random.Shared.Next(20) switch
    {
        < 9 => BuyAsync(http, Contended, cancellationToken),
        < 12 => BuyAsync(http, Any(), cancellationToken),
        < 15 => SendAsync(http, HttpMethod.Get, "products", null, cancellationToken),
        < 18 => SendAsync(http, HttpMethod.Get, $"products/{Any()}", null, cancellationToken),
        _ => LookAtStockAsync(http, Any(), cancellationToken),
    };

    private Task BuyAsync(HttpClient http, string sku, CancellationToken cancellationToken) =>
        SendAsync(http, HttpMethod.Post, "checkout", JsonContent.Create(new { sku, quantity = 1, card = "4242" }), cancellationToken);

    private async Task VansAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var van = new PeriodicTimer(BetweenVans, clock);
        while (await van.WaitForNextTickAsync(cancellationToken))
        {
            if (await LookAtStockAsync(http, Contended, cancellationToken) is { } scarce)
            {
                counter.SawStock(scarce);
                await DeliverAsync(http, Contended, scarce <= 0 ? ContendedDelivery : 0, cancellationToken);
            }

            var other = Any();
            if (await LookAtStockAsync(http, other, cancellationToken) is { } plenty)
            {
                await DeliverAsync(http, other, plenty < PlentifulLow ? PlentifulDelivery : 0, cancellationToken);
            }
        }
    }

    private Task DeliverAsync(HttpClient http, string sku, int quantity, CancellationToken cancellationToken) => quantity == 0
        ? Task.CompletedTask
        : SendAsync(http, HttpMethod.Post, $"products/{sku}/deliveries", JsonContent.Create(new { quantity }), cancellationToken);

    private async Task<int?> LookAtStockAsync(HttpClient http, string sku, CancellationToken cancellationToken) =>
        (await SendAsync<Shelf>(http, HttpMethod.Get, $"products/{sku}/stock", null, cancellationToken))?.Stock;

    private Task SendAsync(HttpClient http, HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) =>
        SendAsync<object>(http, method, path, body, cancellationToken);

    /// <returns>What was answered; null when that was not a success, or nothing.</returns>
    private async Task<T?> SendAsync<T>(
        HttpClient http, HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            var told = answer.IsSuccessStatusCode && typeof(T) != typeof(object)
                ? await answer.Content.ReadFromJsonAsync<T>(cancellationToken)
                : null;
            counter.Add((int)answer.StatusCode);
            return told;
        }
        catch (Exception error) when (error is HttpRequestException or System.Text.Json.JsonException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            counter.Add(null);
            return null;
        }
    }

    private static string Any() => Plentiful[Random.Shared.Next(Plentiful.Length)];

    private sealed record Shelf(string Sku, int Stock);
}
