using System.Runtime.InteropServices;
using SQLitePCL;

namespace Nightjar.Storage.Sqlite;

/// <summary>
/// The SQLite library of this process: the system's, which gets security updates, when there is one that is new enough; else
/// the bundled one.
/// </summary>
internal static class SqliteEngine
{
    /// <summary>3.35.5, the bundled one: an older system library would be a step back.</summary>
    private const int OldestWanted = 3_035_005;

    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>Such as <c>3.40.1 (the system's)</c>. Loads the library when that was not done yet.</summary>
    public static string Version => Loaded.Value;

    private static string Load()
    {
        var system = FindSystemLibrary();
        if (system != 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? system : 0);
        }

        Batteries_V2.Init();
        return $"{raw.sqlite3_libversion().utf8_to_string()} ({(system != 0 ? "the system's" : "bundled")})";
    }

    private static nint FindSystemLibrary()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libsqlite3.so.0", out var library))
        {
            return 0;
        }

        var isWanted = NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export)
            && Marshal.GetDelegateForFunctionPointer<VersionNumber>(export)() >= OldestWanted;
        if (!isWanted)
        {
            NativeLibrary.Free(library);
        }

        return isWanted ? library : 0;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionNumber();
}
