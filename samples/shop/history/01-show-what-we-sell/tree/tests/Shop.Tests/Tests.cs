namespace Shop.Tests;

internal sealed record Test(string Name, Func<Task> Run)
{
    public Test(string name, Action run)
        : this(name, () => { run(); return Task.CompletedTask; })
    {
    }
}

/// <summary>A test runner in a screenful, so that the check needs no package.</summary>
internal static class Tests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Runs every test and says how each ended; 0 when all passed.</summary>
    public static async Task<int> RunAsync(params IEnumerable<Test>[] suites)
    {
        var failed = 0;
        var passed = 0;
        foreach (var test in suites.SelectMany(suite => suite))
        {
            try
            {
                await test.Run().WaitAsync(Longest);
                passed++;
                Console.WriteLine($"passed  {test.Name}");
            }
            catch (Exception error)
            {
                failed++;
                Console.WriteLine($"FAILED  {test.Name}: {error.GetType().Name}: {error.Message}");
            }
        }

        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}

internal sealed class AssertionFailed(string message) : Exception(message);

internal static class Expect
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new AssertionFailed($"{what}: expected {expected}, got {actual}");
        }
    }
}
