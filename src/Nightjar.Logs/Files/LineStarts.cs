using Microsoft.Win32.SafeHandles;
using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Files;

internal static class LineStarts
{
    /// <summary>Where the last line of a file begins that has no end yet; the end of the file when every line has one.</summary>
    public static long Last(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var take = (int)Math.Min(length, LineCutter.LongestLine);
        var bytes = new byte[take];
        var read = RandomAccess.Read(file, bytes, length - take);
        var newline = bytes.AsSpan(0, read).LastIndexOf((byte)'\n');
        return newline >= 0 ? length - take + newline + 1 : length - take;
    }

    /// <summary>The first line start at or behind an offset.</summary>
    public static long From(SafeFileHandle file, long offset)
    {
        if (offset <= 0)
        {
            return 0;
        }

        var bytes = new byte[LineCutter.LongestLine];
        var read = RandomAccess.Read(file, bytes, offset - 1);
        var newline = bytes.AsSpan(0, read).IndexOf((byte)'\n');
        return newline >= 0 ? offset + newline : offset;
    }
}
