using Shop;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSingleton<Catalogue>();
builder.Services.AddSingleton(new Inventory(Inventory.Opening));
builder.Services.AddSingleton<Checkout>();

var app = builder.Build();
app.MapShop();
await app.RunAsync();
