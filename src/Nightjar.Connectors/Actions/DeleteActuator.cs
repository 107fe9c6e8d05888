using System.Globalization;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Actions;

/// <summary>
/// Deletes old files under a directory that the configuration names. Links are neither followed nor deleted, directories stay, and what
/// does not lie below the directory once every link on its way is resolved is left alone.
/// </summary>
public sealed class DeleteActuator(TimeProvider clock) : IActuator
{
    /// <summary>Files of one action; the rest is for the next one.</summary>
    private const int MostFiles = 10_000;

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true, MatchType = MatchType.Simple, MaxRecursionDepth = 16, ReturnSpecialDirectories = false };

    public bool Can(HealAction action) => action is HealAction.DeleteFiles;

    /// <summary>To look for what is left and delete that is the same as not to have been cut off.</summary>
    public Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<bool?>(false);

    public Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken) => Task.Run(() => Delete((HealAction.DeleteFiles)action, cancellationToken), cancellationToken);

    private ActionResult Delete(HealAction.DeleteFiles wish, CancellationToken cancellationToken)
    {
        var root = new DirectoryInfo(wish.Directory);
        if (!root.Exists || root.LinkTarget is not null || root.Parent is null)
        {
            throw new ActionFailedException(!root.Exists ? $"there is no directory {wish.Directory}" : root.LinkTarget is not null ? $"{wish.Directory} is a link; name the directory itself" : "the root of the file system is never cleaned");
        }

        var (began, before) = (clock.GetTimestamp(), clock.GetUtcNow().UtcDateTime - wish.OlderThan);
        var (files, bytes, kept) = (0, 0L, 0);
        foreach (var file in root.EnumerateFiles(wish.Pattern, Below))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (files >= MostFiles || clock.GetElapsedTime(began) > wish.Timeout)
            {
                break;
            }

            if (file.LastWriteTimeUtc > before || HasLink(file, root))
            {
                continue;
            }

            try
            {
                var length = file.Length;
                file.Delete();
                (files, bytes) = (files + 1, bytes + length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                kept++;
            }
        }

        var left = kept == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {kept} could not be deleted");
        return new ActionResult(string.Create(CultureInfo.InvariantCulture, $"deleted {files} files, {bytes / 1_000_000.0:0.0} MB, in {wish.Directory}{left}"));
    }

    /// <summary>Looked at again right before it is deleted, because a directory may have become a link since it was listed.</summary>
    private static bool HasLink(FileInfo file, DirectoryInfo root)
    {
        file.Refresh();
        if (!file.Exists || file.LinkTarget is not null)
        {
            return true;
        }

        for (var above = file.Directory; above is not null; above = above.Parent)
        {
            if (above.FullName.TrimEnd('/') == root.FullName.TrimEnd('/'))
            {
                return false;
            }

            if (above.LinkTarget is not null)
            {
                return true;
            }
        }

        return true;
    }
}
