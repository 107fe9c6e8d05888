using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing;

/// <summary>A real git behind HTTP, by git-http-backend(1) as a CGI program (RFC 3875).</summary>
internal sealed class GitOverHttp(string bare, string prefix)
{
    public async Task AnswerAsync(HttpContext http, string user)
    {
        var request = http.Request;
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new (string, string?)[]
        {
            ("GIT_PROJECT_ROOT", bare), ("GIT_HTTP_EXPORT_ALL", "1"), ("PATH_INFO", request.Path.Value?[prefix.Length..]), ("QUERY_STRING", request.QueryString.Value?.TrimStart('?')),
            ("REQUEST_METHOD", request.Method), ("CONTENT_TYPE", request.ContentType), ("REMOTE_USER", user), ("REMOTE_ADDR", "127.0.0.1"),
            ("GIT_PROTOCOL", request.Headers["Git-Protocol"]), ("HTTP_CONTENT_ENCODING", request.Headers.ContentEncoding), ("CONTENT_LENGTH", request.ContentLength?.ToString(CultureInfo.InvariantCulture)),
            ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var errors = process.StandardError.ReadToEndAsync();
        await request.Body.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        await AnswerAsync(process.StandardOutput.BaseStream, http.Response);
        await errors;
        await process.WaitForExitAsync();
    }

    private static async Task AnswerAsync(Stream output, HttpResponse response)
    {
        for (var line = await LineAsync(output); line.Length > 0; line = await LineAsync(output))
        {
            var (name, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (name == "Status")
            {
                response.StatusCode = int.Parse(value.AsSpan(0, 3), CultureInfo.InvariantCulture);
            }
            else
            {
                response.Headers[name] = value;
            }
        }

        await output.CopyToAsync(response.Body);
    }

    private static async Task<string> LineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd('\r');
    }
}
