using System.Text.Encodings.Web;
using System.Text.Json;

namespace Shop;

/// <summary>One JSON object a line, appended to a file, or written to standard output when no file is named.</summary>
public sealed class JsonLog(string? file, TimeProvider clock) : IDisposable
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock gate = new();
    private readonly Stream output = file is null ? Console.OpenStandardOutput() : Appended(file);

    public void Request(HttpContext context, TimeSpan elapsed)
    {
        var request = context.Request;
        var status = context.Response.StatusCode;
        Write("info", $"{request.Method} {request.Path} answered {status}", json =>
        {
            json.WriteString("method", request.Method);
            json.WriteString("path", request.Path);
            json.WriteNumber("status", status);
            json.WriteNumber("elapsedMs", elapsed.TotalMilliseconds);
            json.WriteString("requestId", context.TraceIdentifier);
        });
    }

    public void Failure(HttpContext context, Exception error) =>
        Write("error", $"{context.Request.Method} {context.Request.Path} failed: {error.Message}", json =>
        {
            json.WriteString("requestId", context.TraceIdentifier);
            json.WriteStartObject("exception");
            json.WriteString("type", error.GetType().Name);
            json.WriteString("message", error.Message);
            json.WriteString("stackTrace", error.StackTrace);
            json.WriteEndObject();
        });

    public void Dispose() => output.Dispose();

    private void Write(string level, string message, Action<Utf8JsonWriter> details)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Readable))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", clock.GetUtcNow().UtcDateTime);
            json.WriteString("level", level);
            json.WriteString("message", message);
            details(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (gate)
        {
            output.Write(line.GetBuffer(), 0, (int)line.Length);
            output.Flush();
        }
    }

    private static FileStream Appended(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file)) ?? ".");
        return new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
