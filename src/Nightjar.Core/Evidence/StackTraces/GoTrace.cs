using System.Globalization;

namespace Nightjar.Core.Evidence.StackTraces;

/// <summary>
/// Pairs of lines, <c>shop/orders.(*Store).Place(0xc00001, 0x2)</c> and <c>	/app/orders.go:12 +0x1d</c>, behind
/// <c>panic: …</c> and <c>goroutine 7 [running]:</c>; also what <c>%+v</c> prints of an error that carries its stack.
/// </summary>
internal static class GoTrace
{
    private const string Panic = "panic: ";

    private const string Fatal = "fatal error: ";

    private static readonly string[] ForeignPlaces = ["/go/src/", "/pkg/mod/", "/vendor/", "/usr/lib/go", "/libexec/src/", "_cgo_gotypes.go"];

    private static readonly string[] ForeignFunctions = ["runtime.", "runtime/", "panic", "net/http.", "net.", "sync.", "reflect.", "testing.", "database/sql.", "encoding/", "syscall.", "internal/"];

    public static bool IsIn(string text) =>
        (text.Contains("goroutine ", StringComparison.Ordinal) && text.Contains(']', StringComparison.Ordinal) && text.Contains(".go:", StringComparison.Ordinal))
        || text.Contains("\n\t/", StringComparison.Ordinal) && text.Contains(".go:", StringComparison.Ordinal);

    public static List<TraceSection> Read(string text)
    {
        var header = ExceptionHeader.Empty;
        var frames = new List<StackFrame>();
        var function = "";
        var goroutines = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.Trim();
            if (trimmed.StartsWith("goroutine ", StringComparison.Ordinal) && ++goroutines > 1 && frames.Count > 0)
            {
                break;
            }

            header = Header(trimmed) is { } found && (header.ErrorClass.Length == 0 || goroutines == 0) ? found : header;
            if (function.Length > 0 && Frame(function, trimmed) is { } frame && frames.Count < StackTrace.MostFrames)
            {
                frames.Add(frame);
            }

            function = line.Length > 0 && !char.IsWhiteSpace(line[0]) ? Name(trimmed) : "";
        }

        if (frames.Count == 0)
        {
            return [];
        }

        return [new TraceSection(header.ErrorClass.Length > 0 ? header : ExceptionHeader.Find(text) ?? ExceptionHeader.Empty, frames)];
    }

    /// <summary>A panic has a message and no class of its own; one raised anew while another was handled is printed below it, indented.</summary>
    private static ExceptionHeader? Header(ReadOnlySpan<char> line)
    {
        var at = line.IndexOf(Panic, StringComparison.Ordinal);
        if (at >= 0)
        {
            var message = line[(at + Panic.Length)..].ToString().Replace(" [recovered]", "", StringComparison.Ordinal);
            return new ExceptionHeader("panic", message);
        }

        return line.StartsWith(Fatal, StringComparison.Ordinal) ? new ExceptionHeader("fatal", line[Fatal.Length..].ToString()) : null;
    }

    private static string Name(ReadOnlySpan<char> line)
    {
        var name = line.StartsWith("created by ", StringComparison.Ordinal) ? line["created by ".Length..] : line;
        var origin = name.IndexOf(" in goroutine ", StringComparison.Ordinal);
        name = origin < 0 ? name : name[..origin];
        if (name.EndsWith(")", StringComparison.Ordinal) && name.LastIndexOf('(') is > 0 and var open)
        {
            name = name[..open];
        }

        return name.IndexOf(' ') >= 0 ? "" : name.ToString();
    }

    private static StackFrame? Frame(string function, ReadOnlySpan<char> place)
    {
        var end = place.IndexOf(".go:", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var file = place[..(end + 3)];
        var digits = place[(end + 4)..];
        var stop = digits.IndexOfAnyExceptInRange('0', '9');
        digits = stop < 0 ? digits : digits[..stop];
        int? line = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return new StackFrame(function, file.ToString(), line, IsOwn(function, file));
    }

    private static bool IsOwn(string function, ReadOnlySpan<char> file)
    {
        foreach (var part in ForeignPlaces)
        {
            if (file.IndexOf(part, StringComparison.Ordinal) >= 0)
            {
                return false;
            }
        }

        // Builds with -trimpath print modules as name@version/…
        return file.IndexOf('@') < 0 && !ForeignFunctions.Any(prefix => function.StartsWith(prefix, StringComparison.Ordinal));
    }
}
