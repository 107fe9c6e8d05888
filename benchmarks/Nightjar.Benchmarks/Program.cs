using Nightjar.Benchmarks;

// nightjar bench NAME [--json] [options of the benchmark]
IBenchmark[] all = [new IntakeBenchmark(), new StartupBenchmark(), new IdleBenchmark(), new DockerIdleBenchmark(), new KubernetesBenchmark(), new DemoLatencyBenchmark(), new AgentOverheadBenchmark(), new PromptSizeBenchmark(), new LedgerBenchmark(), new LogsBenchmark(), new HealLatencyBenchmark(), new DiagnosisBenchmark()];
if (args is [] or ["--help" or "-h", ..])
{
    Console.Out.WriteLine("nightjar bench NAME [--json]\n");
    foreach (var benchmark in all)
    {
        Console.Out.WriteLine($"  {benchmark.Name,-14} {benchmark.Says}");
    }

    return args.Length == 0 ? 2 : 0;
}

if (all.FirstOrDefault(b => b.Name == args[0]) is not { } chosen)
{
    Console.Error.WriteLine($"nightjar bench: there is no benchmark {args[0]}; there are {string.Join(", ", all.Select(b => b.Name))}");
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    interrupted.Cancel();
};
var rows = await chosen.RunAsync([.. args.Skip(1).Where(a => a != "--json")], interrupted.Token);
Report.Print(chosen.Name, rows, args.Contains("--json"));
return rows.Any(r => r.Met == false) ? 1 : 0;
