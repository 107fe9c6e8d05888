using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Lookup = System.Collections.Frozen.FrozenDictionary<string, Nightjar.Logs.Events.JsonField>.AlternateLookup<System.ReadOnlySpan<char>>;

namespace Nightjar.Logs.Events;

/// <summary>Which JSON names mean what. The loggers of five languages do not agree, so this is a list of what they write.</summary>
internal static class JsonFields
{
    /// <summary>Longer than the longest name in the tables.</summary>
    private const int LongestName = 32;

    private static readonly (JsonField Field, string Names)[] Anywhere =
    [
        (JsonField.Error, "exception error err Exception Error thrown throwable exc"),
        (JsonField.Trace, "stack stack_trace stackTrace stacktrace StackTrace backtrace exc_info exception.stacktrace exception.stack_trace error.stack error.stack_trace error.stacktrace"),
        (JsonField.ErrorClass, "exception.type error.type error.kind exceptionType errorType error_type errorClass error_class ErrorClass ErrorType ExceptionType exception_type exception_class errorName"),
        (JsonField.ErrorCode, "errorCode error_code ErrorCode error.code"),
        (JsonField.ErrorMessage, "exception.message error.message errorMessage error_message exceptionMessage ErrorMessage"),
        (JsonField.Status, "status statusCode StatusCode status_code http.status_code http.response.status_code http_status httpStatus http.status responseStatus Status"),
    ];

    private static readonly Lookup Top = Table(
    [
        .. Anywhere,
        (JsonField.Time, "timestamp @timestamp ts Timestamp time @t datetime asctime Time"),
        (JsonField.Level, "level severity LogLevel lvl @l Level loglevel log.level levelname SeverityText"),
        (JsonField.Message, "message msg Message @m event Body body textPayload"),
        (JsonField.Template, "@mt MessageTemplate"),
        (JsonField.Error, "@x"),
    ]);

    private static readonly Lookup Values = Table([.. Anywhere, (JsonField.Template, "{OriginalFormat}")]);

    private static readonly Lookup Error = Table(
    [
        (JsonField.ErrorClass, "type Type name class ClassName kind exception_class"),
        (JsonField.ErrorCode, "code"),
        (JsonField.ErrorMessage, "message Message msg exception_message"),
        (JsonField.Trace, "stack stack_trace stackTrace stacktrace StackTrace StackTraceString backtrace exc_info"),
    ]);

    private static readonly Lookup Level = Table([(JsonField.Level, "level")]);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Holders =
        "State Properties attributes fields http response res data context extra mdc httpRequest".Split(' ')
            .ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What a field is, and what the object behind it holds, by its name and the object that it stands in.</summary>
    public static (JsonField Field, JsonPlace Inside) Of(ReadOnlySpan<byte> name, JsonPlace place)
    {
        Span<char> chars = stackalloc char[LongestName];
        if (name.Length > LongestName || !Encoding.UTF8.TryGetChars(name, chars, out var length))
        {
            return (JsonField.None, JsonPlace.Other);
        }

        var text = chars[..length];
        var table = place switch { JsonPlace.Top => Top, JsonPlace.Values => Values, JsonPlace.Error => Error, _ => Level };
        var field = table.TryGetValue(text, out var found) ? found : JsonField.None;
        return (field, Inside(text, place, field));
    }

    /// <summary>A status of a request: a number from 100 to 599, also as text.</summary>
    public static int? StatusOf(ref Utf8JsonReader json)
    {
        var status = 0;
        var known = json.TokenType switch
        {
            JsonTokenType.Number => json.TryGetInt32(out status),
            JsonTokenType.String => Utf8Parser.TryParse(json.ValueSpan, out status, out var used) && used == json.ValueSpan.Length,
            _ => false,
        };
        return known && status is >= 100 and <= 599 ? status : null;
    }

    private static JsonPlace Inside(ReadOnlySpan<char> name, JsonPlace place, JsonField field) => place switch
    {
        JsonPlace.Top or JsonPlace.Values when field == JsonField.Error => JsonPlace.Error,
        JsonPlace.Top or JsonPlace.Values when Holders.Contains(name) => JsonPlace.Values,
        JsonPlace.Top when name is "log" => JsonPlace.Level,
        _ => JsonPlace.Other,
    };

    private static Lookup Table((JsonField Field, string Names)[] rows) =>
        rows.SelectMany(row => row.Names.Split(' ').Select(name => (name, row.Field)))
            .ToFrozenDictionary(x => x.name, x => x.Field, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
}

/// <summary>The kind of object that a field stands in.</summary>
internal enum JsonPlace
{
    Top,
    Values,
    Error,
    Level,
    Other,
}

internal enum JsonField
{
    None,
    Time,
    Level,
    Message,
    Template,
    Status,

    /// <summary>An error under one name: a trace, a message or a class, as its text tells.</summary>
    Error,
    ErrorClass,
    ErrorCode,
    ErrorMessage,
    Trace,
}
