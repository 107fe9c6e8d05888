namespace Shop;

/// <summary>Stops the shop when its standard input ends: whoever started it is gone, even if it had no time to say so.</summary>
internal static class StopWithInput
{
    public static void Watch(IHostApplicationLifetime lifetime)
    {
        var watch = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            input.CopyTo(Stream.Null);
            lifetime.StopApplication();
        });
        watch.IsBackground = true;
        watch.Start();
    }
}
