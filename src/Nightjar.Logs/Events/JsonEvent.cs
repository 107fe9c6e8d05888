using System.Text.Json;
using Nightjar.Core.Evidence.StackTraces;

namespace Nightjar.Logs.Events;

/// <summary>Reads an event that is one JSON object, in one pass and without building a document.</summary>
internal static class JsonEvent
{
    /// <summary>Objects deeper than this hold nothing that we look for.</summary>
    private const int Deepest = 4;

    /// <summary>False when the text is not a JSON object; <paramref name="raw"/> is then half filled.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, DateTimeOffset arrival, RawEvent raw)
    {
        var json = new Utf8JsonReader(text, new JsonReaderOptions { AllowTrailingCommas = true, MaxDepth = 128 });
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            ReadObject(ref json, JsonPlace.Top, 1, arrival, raw);
            return !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair: valid JSON that cannot be text.
            return false;
        }
    }

    private static void ReadObject(ref Utf8JsonReader json, JsonPlace place, int depth, DateTimeOffset arrival, RawEvent raw)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (field, inside) = JsonFields.Of(json.ValueSpan, place);
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject && inside != JsonPlace.Other && depth < Deepest)
            {
                ReadObject(ref json, inside, depth + 1, arrival, raw);
            }
            else if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                json.Skip();
            }
            else if (field != JsonField.None && json.TokenType != JsonTokenType.Null)
            {
                Take(ref json, field, arrival, raw);
            }
        }
    }

    private static void Take(ref Utf8JsonReader json, JsonField field, DateTimeOffset arrival, RawEvent raw)
    {
        switch (field)
        {
            case JsonField.Time:
                raw.Time ??= TimeOf(ref json, arrival);
                break;
            case JsonField.Level:
                raw.Level = raw.Level == LogLevel.Unknown ? LevelOf(ref json) : raw.Level;
                break;
            case JsonField.Status:
                raw.Status ??= JsonFields.StatusOf(ref json);
                break;
            case JsonField.Message:
                raw.Message ??= TextOf(ref json);
                break;
            case JsonField.Template:
                raw.Template ??= TextOf(ref json);
                break;
            case JsonField.ErrorClass:
                raw.ErrorClass = TextOf(ref json) is { Length: > 0 } named ? named : raw.ErrorClass;
                break;
            case JsonField.ErrorCode:
                raw.ErrorClass ??= json.TokenType == JsonTokenType.String ? json.GetString() : null;
                break;
            case JsonField.ErrorMessage:
                raw.ErrorMessage ??= TextOf(ref json);
                break;
            case JsonField.Trace:
                raw.Trace ??= TextOf(ref json);
                break;
            case JsonField.Error when TextOf(ref json) is { Length: > 0 } error:
                TakeError(error, raw);
                break;
        }
    }

    /// <summary>One text for an error is a trace, or <c>Class: message</c>, or a bare class, or only a message.</summary>
    private static void TakeError(string error, RawEvent raw)
    {
        if (error.Contains(" at ", StringComparison.Ordinal) || error.Contains('\n', StringComparison.Ordinal))
        {
            raw.Trace ??= error;
        }
        else if (StackTrace.Parse(error) is { ErrorClass.Length: > 0 } named)
        {
            raw.ErrorClass ??= named.ErrorClass;
            raw.ErrorMessage ??= named.Message;
        }
        else
        {
            raw.ErrorMessage ??= error;
        }
    }

    private static Moment? TimeOf(ref Utf8JsonReader json, DateTimeOffset arrival)
    {
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetDouble(out var number) ? Timestamps.Epoch(number) : null;
        }

        if (json.TokenType != JsonTokenType.String)
        {
            return null;
        }

        return json.TryGetDateTimeOffset(out var time) && EndsWithOffset(json.ValueSpan)
            ? Moment.Of(time)
            : Timestamps.Leading(json.GetString(), arrival, out _);
    }

    /// <summary>The reader fills in the machine's offset where the text has none; that is ours to judge.</summary>
    private static bool EndsWithOffset(ReadOnlySpan<byte> text) =>
        text.EndsWith("Z"u8) || (text.Length > 6 && text[^6] is (byte)'+' or (byte)'-');

    private static LogLevel LevelOf(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.Number when json.TryGetInt64(out var number) => Levels.Numbered(number),
        JsonTokenType.String => Levels.Named(json.GetString()),
        _ => LogLevel.Unknown,
    };

    private static string? TextOf(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.String ? json.GetString() : null;
}
