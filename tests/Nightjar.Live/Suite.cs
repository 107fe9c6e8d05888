using System.Runtime.Versioning;

// One after the other: a demo takes all cores, and what is timed here is timed for real.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// Signals, /proc, bubblewrap.
[assembly: SupportedOSPlatform("linux")]
