using Nightjar.Cli;

// Before anything else is loaded: an agent waits for it.
return args is [Bridge.Verb, var socket] ? await Bridge.RunAsync(socket) : await CommandLine.RunAsync(args);
