using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests;

internal static class JsonLogTests
{
    public static readonly Test[] All =
    [
        new("A failure is one line that holds the whole stack", WritesTheStackInOneLine),
    ];

    private static void WritesTheStackInOneLine()
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var log = new JsonLog(file, TimeProvider.System))
            {
                log.Failure(new DefaultHttpContext(), Thrown());
            }

            var line = File.ReadAllLines(file).Single();
            var exception = JsonDocument.Parse(line).RootElement.GetProperty("exception");
            Expect.Equal("StockMismatchError", exception.GetProperty("type").GetString(), "type");
            Expect.Equal(true, exception.GetProperty("stackTrace").GetString()?.Contains("JsonLogTests.cs:line"), "file and line");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Exception Thrown()
    {
        try
        {
            throw new StockMismatchError("P-1003", -1);
        }
        catch (StockMismatchError error)
        {
            return error;
        }
    }
}
