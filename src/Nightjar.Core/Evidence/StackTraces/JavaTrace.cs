using System.Globalization;
using System.Text;

namespace Nightjar.Core.Evidence.StackTraces;

/// <summary><c>	at com.shop.Orders.place(Orders.java:12)</c>; the cause comes last, behind <c>Caused by:</c>.</summary>
internal static class JavaTrace
{
    private static readonly string[] Foreign =
    [
        "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.", "clojure.", "akka.", "reactor.", "rx.", "io.reactivex.",
        "org.springframework.", "org.apache.", "org.hibernate.", "org.eclipse.", "org.jboss.", "org.junit.", "org.postgresql.", "org.mariadb.", "org.slf4j.",
        "org.codehaus.", "org.aspectj.", "org.mockito.", "org.gradle.", "com.fasterxml.", "com.zaxxer.", "com.mysql.", "com.google.", "com.amazonaws.", "software.amazon.",
        "com.mongodb.", "com.netflix.", "com.rabbitmq.", "oracle.", "ch.qos.", "io.netty.", "io.grpc.", "io.undertow.", "io.micronaut.", "io.quarkus.", "io.vertx.",
        "io.lettuce.", "io.opentelemetry.", "redis.", "okhttp3.", "retrofit2.", "feign.", "lombok.", "net.sf.", "net.bytebuddy.", "worker.org.gradle.",
    ];

    private static readonly string[] Generated = ["$$EnhancerBy", "$$FastClassBy", "$$SpringCGLIB", "$Proxy", "GeneratedMethodAccessor", "GeneratedConstructorAccessor", "$$Lambda"];

    /// <param name="call">The text behind <c>at </c>.</param>
    public static bool IsFrame(ReadOnlySpan<char> call)
    {
        var open = call.IndexOf('(');
        var close = open < 0 ? -1 : call[open..].IndexOf(')');
        if (close < 0)
        {
            return false;
        }

        var place = call.Slice(open + 1, close - 1);
        return place is "Native Method" or "Unknown Source"
            || HasSource(place, ".java") || HasSource(place, ".kt") || HasSource(place, ".scala") || HasSource(place, ".groovy") || HasSource(place, ".clj");
    }

    public static List<TraceSection> Read(string text)
    {
        var sections = new List<TraceSection>();
        var above = new StringBuilder();
        var suppressed = false;
        var read = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.TrimStart();
            if (trimmed.StartsWith("at ", StringComparison.Ordinal) && trimmed.IndexOf('(') > 0)
            {
                if (above.Length > 0 || sections.Count == 0)
                {
                    sections.Add(new TraceSection(ExceptionHeader.Above(above.ToString()), []));
                    above.Clear();
                }

                if (!suppressed && read++ < StackTrace.MostFrames)
                {
                    sections[^1].Frames.Add(Frame(trimmed[3..]));
                }
            }
            else if (trimmed.StartsWith("Suppressed: ", StringComparison.Ordinal))
            {
                suppressed = true;
            }
            else if (trimmed.StartsWith("Caused by: ", StringComparison.Ordinal) && trimmed.Length == line.Length)
            {
                suppressed = false;
                above.Clear().Append(trimmed).Append('\n');
            }
            else if (!suppressed && (sections.Count == 0 || above.Length > 0))
            {
                above.Append(line).Append('\n');
            }
        }

        sections.Reverse();
        return sections;
    }

    private static StackFrame Frame(ReadOnlySpan<char> call)
    {
        var open = call.IndexOf('(');
        var close = call[open..].IndexOf(')');
        var place = close < 0 ? call[(open + 1)..] : call.Slice(open + 1, close - 1);
        var function = call[..open];
        function = function[(function.LastIndexOf('/') + 1)..];

        string? file = null;
        int? line = null;
        if (place is not ("Native Method" or "Unknown Source"))
        {
            var colon = place.LastIndexOf(':');
            file = (colon < 0 ? place : place[..colon]).ToString();
            line = colon >= 0 && int.TryParse(place[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        var name = function.ToString();
        return new StackFrame(WithoutLambda(name), file, line, IsOwn(name));
    }

    /// <summary><c>Orders.lambda$place$0</c> is a part of <c>Orders.place</c>.</summary>
    private static string WithoutLambda(string function)
    {
        const string mark = ".lambda$";
        var at = function.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return function;
        }

        var rest = function[(at + mark.Length)..];
        var end = rest.LastIndexOf('$');
        return $"{function[..at]}.{(end > 0 ? rest[..end] : rest)}";
    }

    private static bool IsOwn(string function) =>
        !Foreign.Any(prefix => function.StartsWith(prefix, StringComparison.Ordinal))
        && !Generated.Any(part => function.Contains(part, StringComparison.Ordinal));

    private static bool HasSource(ReadOnlySpan<char> place, string extension)
    {
        var at = place.IndexOf(extension, StringComparison.Ordinal);
        return at > 0 && (at + extension.Length == place.Length || place[at + extension.Length] == ':');
    }
}
