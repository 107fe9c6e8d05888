using Nightjar.Cli;

return await CommandLine.RunAsync(args);
