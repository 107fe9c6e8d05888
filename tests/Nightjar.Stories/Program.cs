using Nightjar.Stories.Crashes;
using Xunit.Runner.InProc.SystemConsole;

// "victim FOLDER WAY POINT" plays an incident's whole way and kills itself at the point, "follow FOLDER" follows the shop's log until
// it is killed; anything else runs the stories.
return args switch
{
    ["victim", var folder, var way, var point] => await Victim.RunAsync(folder, way, point),
    ["follow", var folder] => await Follower.RunAsync(folder),
    _ => await ConsoleRunner.Run(args),
};
