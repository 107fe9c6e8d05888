using System.Diagnostics;

namespace Nightjar.Live;

/// <summary>Waits for something that another process does: looks ten times a second, and fails with what was waited for.</summary>
internal static class Until
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public static async Task<T> IsThereAsync<T>(string what, TimeSpan limit, Func<Task<T?>> look)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < limit)
        {
            if (await look() is { } found)
            {
                return found;
            }

            await Task.Delay(BetweenLooks, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"Waited {limit.TotalSeconds:0} s for {what}");
    }

    public static Task<T> IsThereAsync<T>(string what, TimeSpan limit, Func<T?> look)
        where T : class => IsThereAsync(what, limit, () => Task.FromResult(look()));

    public static Task HoldsAsync(string what, TimeSpan limit, Func<Task<bool>> look) =>
        IsThereAsync(what, limit, async () => await look() ? what : null);

    public static Task HoldsAsync(string what, TimeSpan limit, Func<bool> look) => IsThereAsync(what, limit, () => look() ? what : null);
}
