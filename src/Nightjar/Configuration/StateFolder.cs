using System.Globalization;

namespace Nightjar.Configuration;

/// <summary>Whether the state folder can be written to, and has room.</summary>
internal static class StateFolder
{
    /// <summary>100 MB: a store of some months and the clones of one incident. Below it, the check warns.</summary>
    private const long FewestBytes = 100_000_000;

    public static CheckLine Check(string folder)
    {
        try
        {
            var existing = Existing(folder);
            if (File.Exists(folder))
            {
                return CheckLine.Fail("state", $"{folder} is a file, not a folder", "Set state to a folder");
            }

            // A new folder's parent is tried in its place: a check leaves nothing behind.
            var trial = Path.Join(existing, $".nightjar-check-{Guid.NewGuid():n}");
            File.Create(trial, 1, FileOptions.DeleteOnClose).Dispose();
            var free = new DriveInfo(existing).AvailableFreeSpace;
            var room = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB free");
            return free < FewestBytes
                ? CheckLine.Warn("state", $"{folder} can be written to, but has only {room}", "Make room, or set state to a folder on another disk")
                : CheckLine.Ok("state", existing == folder ? $"{folder} can be written to, {room}" : $"{folder} will be made, {room}");
        }
        catch (UnauthorizedAccessException)
        {
            return CheckLine.Fail("state", $"{folder} may not be written to by this user", "Give the user of Nightjar write permission, or set state to another folder");
        }
        catch (IOException e)
        {
            return CheckLine.Fail("state", $"{folder} cannot be written to: {e.Message}", "Mend that, or set state to another folder");
        }
    }

    private static string Existing(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        return existing;
    }
}
