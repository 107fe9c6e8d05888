using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nightjar.Demo.Model;

/// <summary>
/// A model without one: a server on loopback that speaks the Messages API (streamed and whole) and answers each request by a
/// script. The turn is told by how many answers of the model are in the request, so that retries and repairs land right.
/// </summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Func<ModelRequest, ModelTurn> script;

    private ScriptedModel(WebApplication app, Func<ModelRequest, ModelTurn> script)
    {
        this.app = app;
        this.script = script;
    }

    /// <summary>Every request, in the order in which they came.</summary>
    public ConcurrentQueue<ModelRequest> Requests { get; } = new();

    /// <summary>Requests to anything but the Messages API.</summary>
    public ConcurrentQueue<string> Strays { get; } = new();

    public Uri Address => new(app.Urls.First());

    /// <param name="script">Called for each request; an exception answers 400 with its message, which ends the program's run readably.</param>
    public static async Task<ScriptedModel> StartAsync(Func<ModelRequest, ModelTurn> script, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var model = new ScriptedModel(app, script);
        app.Run(model.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return model;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(soon.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request is not { Method: "POST", Path.Value: "/v1/messages" })
        {
            Strays.Enqueue($"{context.Request.Method} {context.Request.Path}");
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject ?? [];
        var request = new ModelRequest(body, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()));
        Requests.Enqueue(request);
        var turn = Turn(request);
        foreach (var (name, value) in turn.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (turn.Status is { } status)
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsJsonAsync(Fault(status, turn.Text ?? "scripted"), context.RequestAborted);
        }
        else if (turn.Raw is { } raw)
        {
            await context.Response.WriteAsync(raw, context.RequestAborted);
        }
        else if (request.Streams)
        {
            await StreamAsync(context, request, turn);
        }
        else if (turn.BreaksOff)
        {
            // The program asks without a stream when streams fail: this answer breaks as well.
            await context.Response.WriteAsync(Whole(request, turn).ToJsonString()[..^2], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
        else
        {
            await context.Response.WriteAsJsonAsync(Whole(request, turn), context.RequestAborted);
        }
    }

    private ModelTurn Turn(ModelRequest request)
    {
        try
        {
            return script(request);
        }
#pragma warning disable CA1031 // A script that has run out or that asserts something: its words are the answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new ModelTurn { Status = StatusCodes.Status400BadRequest, Text = $"script: {e.Message}" };
        }
    }

    private static async Task StreamAsync(HttpContext context, ModelRequest request, ModelTurn turn)
    {
        context.Response.ContentType = "text/event-stream";
        var whole = Whole(request, turn);
        var usage = whole["usage"]?.DeepClone();
        var start = whole.DeepClone().AsObject();
        (start["content"], start["stop_reason"]) = (new JsonArray(), null);
        start["usage"] = new JsonObject { ["input_tokens"] = turn.InputTokens, ["cache_creation_input_tokens"] = 0, ["cache_read_input_tokens"] = 0, ["output_tokens"] = 1 };
        await SendAsync(context, "message_start", new JsonObject { ["message"] = start });
        await SendAsync(context, "content_block_start", new JsonObject { ["index"] = 0, ["content_block"] = turn.Tool is { } tool ? new JsonObject { ["type"] = "tool_use", ["id"] = Id(request), ["name"] = tool.Name, ["input"] = new JsonObject() } : new JsonObject { ["type"] = "text", ["text"] = "" } });
        if (turn.BreaksOff)
        {
            context.Abort();
            return;
        }

        if (turn.Stalls)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await SendAsync(context, "content_block_delta", new JsonObject { ["index"] = 0, ["delta"] = turn.Tool is { } call ? new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = call.Input.ToJsonString() } : new JsonObject { ["type"] = "text_delta", ["text"] = turn.Text ?? "" } });
        await SendAsync(context, "content_block_stop", new JsonObject { ["index"] = 0 });
        await SendAsync(context, "message_delta", new JsonObject { ["delta"] = new JsonObject { ["stop_reason"] = whole["stop_reason"]?.DeepClone(), ["stop_sequence"] = null }, ["usage"] = usage });
        await SendAsync(context, "message_stop", []);
    }

    private static async Task SendAsync(HttpContext context, string type, JsonObject data)
    {
        data["type"] = type;
        await context.Response.WriteAsync($"event: {type}\ndata: {data.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static JsonObject Whole(ModelRequest request, ModelTurn turn) => new()
    {
        ["id"] = string.Create(CultureInfo.InvariantCulture, $"msg_scripted_{request.Turn}"),
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = request.Model,
        ["content"] = new JsonArray(turn.Tool is { } tool
            ? new JsonObject { ["type"] = "tool_use", ["id"] = Id(request), ["name"] = tool.Name, ["input"] = tool.Input.DeepClone() }
            : new JsonObject { ["type"] = "text", ["text"] = turn.Text ?? "" }),
        ["stop_reason"] = turn.StopReason.Length > 0 ? turn.StopReason : turn.Tool is null ? "end_turn" : "tool_use",
        ["stop_sequence"] = null,
        ["usage"] = new JsonObject { ["input_tokens"] = turn.InputTokens, ["cache_creation_input_tokens"] = 0, ["cache_read_input_tokens"] = 0, ["output_tokens"] = turn.OutputTokens },
    };

    private static string Id(ModelRequest request) => string.Create(CultureInfo.InvariantCulture, $"toolu_scripted_{request.Turn}");

    private static JsonObject Fault(int status, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = status switch { 401 => "authentication_error", 403 => "permission_error", 429 => "rate_limit_error", 529 => "overloaded_error", >= 500 => "api_error", _ => "invalid_request_error" }, ["message"] = message },
    };
}

/// <summary>A request as the scripted model got it.</summary>
internal sealed record ModelRequest(JsonObject Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Model => Body["model"]?.GetValue<string>() ?? "";

    public bool Streams => Body["stream"]?.GetValue<bool>() == true;

    /// <summary>Answers of the model that are in it: 0 in the first request of a run.</summary>
    public int Turn => Messages.Count(m => m["role"]?.GetValue<string>() == "assistant");

    public IEnumerable<string> Tools => (Body["tools"]?.AsArray() ?? []).Select(t => t?["name"]?.GetValue<string>() ?? "");

    public IEnumerable<JsonObject> Messages => (Body["messages"]?.AsArray() ?? []).OfType<JsonObject>();

    /// <summary>All of the last message as JSON: what a tool answered, say.</summary>
    public string Last => Messages.LastOrDefault(m => m["role"]?.GetValue<string>() == "user")?.ToJsonString() ?? "";
}
