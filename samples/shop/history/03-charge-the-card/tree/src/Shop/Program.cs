using Shop;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSingleton<Catalogue>();
builder.Services.AddSingleton(new Inventory(Inventory.Opening));
builder.Services.AddSingleton(Payments(builder.Configuration["Payments:Url"]));
builder.Services.AddSingleton<Checkout>();

var app = builder.Build();
app.MapShop();
await app.RunAsync();

static IPayments Payments(string? url) => string.IsNullOrEmpty(url)
    ? new AlwaysApproves()
    : new PaymentsClient(new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(5) });
