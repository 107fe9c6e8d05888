using Shop;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSingleton<Catalogue>();

var app = builder.Build();
app.MapShop();
await app.RunAsync();
