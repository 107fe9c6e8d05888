using Shop;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
builder.Services.AddSingleton(new JsonLog(builder.Configuration["Log:File"], TimeProvider.System));
builder.Services.AddSingleton<Catalogue>();
builder.Services.AddSingleton(new Warehouse(Warehouse.Opening));
builder.Services.AddSingleton<InventoryRepository>();
builder.Services.AddSingleton(Payments(builder.Configuration["Payments:Url"]));
builder.Services.AddSingleton<Checkout>();

var app = builder.Build();
app.UseMiddleware<RequestLog>();
app.MapShop();
if (app.Configuration.GetValue<bool>("StopWithInput"))
{
    StopWithInput.Watch(app.Lifetime);
}

await app.RunAsync();

static IPayments Payments(string? url) => string.IsNullOrEmpty(url)
    ? new AlwaysApproves()
    : new PaymentsClient(new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(5) });
