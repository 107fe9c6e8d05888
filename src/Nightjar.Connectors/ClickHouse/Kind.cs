using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.StackTraces;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.ClickHouse;

/// <summary>One kind of error, of what a row says of it.</summary>
internal static class Kind
{
    /// <summary>From a row of the kinds of error.</summary>
    public static ErrorGroup Of(JsonElement row) =>
        Of(Row.Text(row, "o_class"), Row.Text(row, "o_message"), Row.Text(row, "o_trace"), Row.Text(row, "o_sample"), Row.Count(row, "o_count"), Row.Moment(row, "o_first"), Row.Moment(row, "o_last")) with
        {
            Traces = Row.Texts(row, "o_traces"),
        };

    /// <summary>The class as log files give it: a generic name gives way to the one in the trace, and that to its root cause.</summary>
    public static ErrorGroup Of(string named, string message, string stack, string sample, long count, DateTimeOffset first, DateTimeOffset last)
    {
        stack = stack.Length > 0 ? stack : sample;
        var trace = StackTrace.Parse(stack);
        var outer = trace.ErrorClass.Length > 0 && Fingerprint.IsGeneric(named) ? trace.ErrorClass : named.Trim();
        var errorClass = Fingerprint.IsGeneric(outer) && trace.RootClass.Length > 0 ? trace.RootClass : outer;
        var said = message.Length > 0 ? message : errorClass == trace.RootClass && trace.RootMessage.Length > 0 ? trace.RootMessage : SourceHttp.Line(sample);
        return new ErrorGroup(errorClass, said, count, first, last, trace.Frames, sample.Contains(stack, StringComparison.Ordinal) ? sample : $"{sample}\n{stack}");
    }
}
