using Nightjar.Stories.Crashes;
using Xunit.Runner.InProc.SystemConsole;

// "victim FOLDER POINT" plays the incident's whole way and kills itself at the point; anything else runs the stories.
return args is ["victim", var folder, var point] ? await Victim.RunAsync(folder, point) : await ConsoleRunner.Run(args);
