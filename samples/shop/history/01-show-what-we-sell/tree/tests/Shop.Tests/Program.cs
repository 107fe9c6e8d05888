using Shop.Tests;

return await Tests.RunAsync(
    CatalogueTests.All);
