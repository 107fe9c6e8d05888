using System.Globalization;

namespace Nightjar.Logs.Events;

/// <summary>Reads the usual time formats at the beginning of a text, by scanning.</summary>
internal static class Timestamps
{
    /// <summary>Seconds since 1970 have ten digits between 2001 and 2286; milliseconds, microseconds and nanoseconds three more each.</summary>
    private const int EpochDigits = 10;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <param name="arrival">Gives the year or the date that a short format leaves out.</param>
    /// <param name="length">Characters that the time takes, with its closing bracket.</param>
    public static Moment? Leading(ReadOnlySpan<char> text, DateTimeOffset arrival, out int length)
    {
        var bracket = text.Length > 0 && text[0] == '[';
        var reader = new Reader(bracket ? text[1..] : text, arrival);
        if (reader.Read() is not { } moment)
        {
            length = 0;
            return null;
        }

        length = reader.At + (bracket ? 1 : 0);
        if (bracket && length < text.Length && text[length] == ']')
        {
            length++;
        }

        return moment;
    }

    /// <summary>A number of seconds, milliseconds, microseconds or nanoseconds since 1970, by its size.</summary>
    public static Moment? Epoch(double number)
    {
        var seconds = Math.Abs(number) switch
        {
            < 1e8 or > 9e18 => double.NaN,
            < 1e11 => number,
            < 1e14 => number / 1e3,
            < 1e17 => number / 1e6,
            _ => number / 1e9,
        };
        return double.IsNaN(seconds) || seconds < 0 ? null : Moment.Of(DateTimeOffset.UnixEpoch.AddSeconds(seconds));
    }

    private ref struct Reader(ReadOnlySpan<char> text, DateTimeOffset arrival)
    {
        private readonly ReadOnlySpan<char> text = text;

        public int At { get; private set; }

        public Moment? Read()
        {
            if (text.Length < 8)
            {
                return null;
            }

            if (char.IsAsciiDigit(text[0]))
            {
                return Digits(0) switch
                {
                    4 => YearFirst(),
                    2 when text[2] == ':' => TimeOnly(),
                    2 when text[2] == '/' && char.IsAsciiDigit(text[3]) => ShortYear(),
                    1 or 2 => DayFirst(),
                    >= EpochDigits and var digits => EpochText(digits),
                    _ => null,
                };
            }

            return text[0] is 'I' or 'W' or 'E' or 'F' && Digits(1) == 4 ? Klog() : Named();
        }

        private Moment? YearFirst()
        {
            var separator = text[4];
            if (separator is not ('-' or '/' or '.') || Number(0, 4) is not { } year || Number(5, 2) is not { } month || text[7] != separator || Number(8, 2) is not { } day)
            {
                return null;
            }

            At = 10;
            return At < text.Length && text[At] is 'T' or ' ' or '_' ? Clock(year, month, day, 1) : null;
        }

        private Moment? ShortYear()
        {
            if (Number(0, 2) is not { } year || Number(3, 2) is not { } month || text[5] != '/' || Number(6, 2) is not { } day)
            {
                return null;
            }

            At = 8;
            return Clock(2000 + year, month, day, 1);
        }

        private Moment? TimeOnly() => Clock(arrival.Year, arrival.Month, arrival.Day, 0);

        /// <summary><c>20/Nov/2026:13:45:00 +0000</c>, and with blanks or dashes between.</summary>
        private Moment? DayFirst()
        {
            var digits = Digits(0);
            if (text.Length < digits + 9 || Number(0, digits) is not { } day || Month(digits + 1) is not { } month || Number(digits + 5, 4) is not { } year)
            {
                return null;
            }

            At = digits + 9;
            return Clock(year, month, day, 1);
        }

        /// <summary><c>Nov 20 13:45:00</c> of syslog, and <c>Sun Nov 20 13:45:00 2026</c>.</summary>
        private Moment? Named()
        {
            var start = Month(0) is null && text[3] == ' ' ? 4 : 0;
            if (Month(start) is not { } month || text.Length < start + 12)
            {
                return null;
            }

            At = start + 4;
            At += text[At] == ' ' ? 1 : 0;
            var digits = Digits(At);
            if (digits is not (1 or 2) || Number(At, digits) is not { } day)
            {
                return null;
            }

            At += digits;
            var moment = Clock(YearOf(month), month, day, 1);
            if (moment is { } known && start > 0 && At + 5 <= text.Length && Digits(At + 1) == 4 && Number(At + 1, 4) is { } year && Valid(year, month, day))
            {
                At += 5;
                return known with { Clock = new DateTime(year, month, day).Add(known.Clock.TimeOfDay) };
            }

            return moment;
        }

        /// <summary><c>E1120 13:45:00.123456</c> of the Kubernetes components; the level letter stays in the text.</summary>
        private Moment? Klog()
        {
            if (Number(1, 2) is not { } month || Number(3, 2) is not { } day)
            {
                return null;
            }

            At = 5;
            return Clock(YearOf(month), month, day, 1);
        }

        private Moment? EpochText(int digits)
        {
            At = digits;
            if (At < text.Length && text[At] == '.')
            {
                At += 1 + Digits(At + 1);
            }

            return double.TryParse(text[..At], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? Epoch(number) : null;
        }

        /// <summary>Hours, minutes, seconds, fraction and offset from <see cref="At"/> on, behind <paramref name="gap"/> characters.</summary>
        private Moment? Clock(int year, int month, int day, int gap)
        {
            var at = At + gap;
            if (text.Length < at + 8 || text[at + 2] != ':' || text[at + 5] != ':'
                || Number(at, 2) is not { } hour || Number(at + 3, 2) is not { } minute || Number(at + 6, 2) is not { } second
                || !Valid(year, month, day) || hour > 23 || minute > 59 || second > 60)
            {
                return null;
            }

            At = at + 8;
            var time = new DateTime(year, month, day, hour, minute, Math.Min(second, 59)).AddTicks(Fraction());
            return new Moment(time, Offset());
        }

        private long Fraction()
        {
            if (At + 1 >= text.Length || text[At] is not ('.' or ',') || Digits(At + 1) == 0)
            {
                return 0;
            }

            var digits = Digits(At + 1);
            long ticks = 0;
            for (var i = 0; i < 7; i++)
            {
                ticks = (ticks * 10) + (i < digits ? text[At + 1 + i] - '0' : 0);
            }

            At += 1 + digits;
            return ticks;
        }

        private TimeSpan? Offset()
        {
            var at = At < text.Length && text[At] == ' ' ? At + 1 : At;
            if (at < text.Length && text[at] == 'Z')
            {
                At = at + 1;
                return TimeSpan.Zero;
            }

            if (at + 3 <= text.Length && text.Slice(at, 3) is "UTC" or "GMT")
            {
                At = at + 3;
                return TimeSpan.Zero;
            }

            if (at + 5 > text.Length || text[at] is not ('+' or '-') || Number(at + 1, 2) is not { } hours || hours > 14)
            {
                return null;
            }

            var minutesAt = text[at + 3] == ':' ? at + 4 : at + 3;
            if (minutesAt + 2 > text.Length || Number(minutesAt, 2) is not { } minutes || minutes > 59)
            {
                return null;
            }

            At = minutesAt + 2;
            var offset = new TimeSpan(hours, minutes, 0);
            return text[at] == '-' ? -offset : offset;
        }

        /// <summary>The year in which a month lies nearest to now: a December line read in January is last year's.</summary>
        private readonly int YearOf(int month) => arrival.Year + (month - arrival.Month) switch { > 6 => -1, < -6 => 1, _ => 0 };

        private readonly int Digits(int from)
        {
            var end = from;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            return end - from;
        }

        private readonly int? Number(int from, int digits)
        {
            if (from + digits > text.Length)
            {
                return null;
            }

            var value = 0;
            foreach (var c in text.Slice(from, digits))
            {
                if (!char.IsAsciiDigit(c))
                {
                    return null;
                }

                value = (value * 10) + (c - '0');
            }

            return value;
        }

        private readonly int? Month(int from)
        {
            if (from + 3 > text.Length)
            {
                return null;
            }

            for (var i = 0; i < Months.Length; i++)
            {
                if (text.Slice(from, 3).Equals(Months[i], StringComparison.OrdinalIgnoreCase))
                {
                    return i + 1;
                }
            }

            return null;
        }

        private static bool Valid(int year, int month, int day) =>
            year is > 1970 and < 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }
}
