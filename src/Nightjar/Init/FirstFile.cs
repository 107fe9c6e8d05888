using System.Text;

namespace Nightjar.Init;

/// <summary>Puts a new file in place; one that is there already is never touched.</summary>
internal static class FirstFile
{
    /// <summary>False when there is something of that name: nothing was written then.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static async Task<bool> TryCreateAsync(string path, string text, CancellationToken cancellationToken)
    {
        if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            return false;
        }

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        }
        catch (IOException) when (Path.Exists(path))
        {
            return false;
        }

        await using (file)
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        }

        return true;
    }
}
