using System.Text.Json;
using Nightjar.Testing;

namespace Nightjar.Stories;

/// <summary>The log file that the shop writes, and a count of what a reader must find in it.</summary>
internal sealed class ShopLog(string folder, FakeClock clock)
{
    /// <summary>Where the shop writes; a renamed file goes on being written until it is opened anew.</summary>
    private string target = System.IO.Path.Combine(folder, "shop.log");

    public string Path { get; } = System.IO.Path.Combine(folder, "shop.log");

    public string Rotated => $"{Path}.1";

    public int Requests { get; private set; }

    public int Failed { get; private set; }

    public DateTimeOffset? FirstFailure { get; private set; }

    /// <summary>Requests that went well, a line each.</summary>
    public void Serve(int requests)
    {
        Requests += requests;
        Write([.. Enumerable.Repeat(Request(200), requests)]);
    }

    /// <summary>Requests that failed, a line each, and before it the line of the error behind it.</summary>
    public void Fail(int requests, string errorClass = Seen.StockMismatch, string file = "Inventory")
    {
        Requests += requests;
        Failed += requests;
        FirstFailure ??= clock.GetUtcNow();
        Write([.. Enumerable.Range(0, requests).SelectMany(i => new[] { Error(errorClass, file, i), Request(500) })]);
    }

    public void Write(params string[] lines) => File.AppendAllText(target, string.Concat(lines.Select(l => l + "\n")));

    public void Rename()
    {
        File.Move(Path, Rotated);
        target = Rotated;
    }

    public void OpenAnew() => target = Path;

    public void CopyAndTruncate()
    {
        File.Copy(Path, Rotated);
        using var file = new FileStream(Path, FileMode.Truncate);
    }

    private string Now => clock.GetUtcNow().ToString("O");

    private string Request(int status) => JsonSerializer.Serialize(new { timestamp = Now, level = "info", message = $"POST /checkout answered {status}", method = "POST", path = "/checkout", status, elapsed = 3 });

    private string Error(string errorClass, string file, int number) => JsonSerializer.Serialize(new
    {
        timestamp = Now,
        level = "error",
        message = $"Checkout {number} failed",
        error = new { type = errorClass, message = $"item {number} is short", stack = $"{errorClass}: item {number} is short\n   at Shop.{file}.Reserve(Int32 units) in /app/src/{file}.cs:line 10\n   at Shop.Checkout.Pay() in /app/src/Checkout.cs:line 3" },
    });
}
