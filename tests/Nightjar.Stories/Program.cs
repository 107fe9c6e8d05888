using Nightjar.Stories.Crashes;
using Xunit.Runner.InProc.SystemConsole;

// "victim FOLDER WAY POINT" plays an incident's whole way and kills itself at the point; anything else runs the stories.
return args is ["victim", var folder, var way, var point] ? await Victim.RunAsync(folder, way, point) : await ConsoleRunner.Run(args);
