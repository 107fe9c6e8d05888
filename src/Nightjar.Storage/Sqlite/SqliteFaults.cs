using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

/// <summary>What SQLite's error codes mean to the rest of Nightjar.</summary>
internal static class SqliteFaults
{
    public const int Busy = 5;
    public const int Locked = 6;
    public const int ReadOnly = 8;
    public const int InputOutput = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int Constraint = 19;
    public const int NotADatabase = 26;

    public static Exception Translate(SqliteException fault, string path) => fault.SqliteErrorCode switch
    {
        Full => Unavailable($"The disk of the store {path} is full: make room there, work goes on by itself", fault),
        ReadOnly => Unavailable($"The store {path} cannot be written: make the file and its folder writable for this user, and the file system mounted for writing", fault),
        InputOutput => Unavailable($"The disk of the store {path} reports an input/output error ({fault.SqliteExtendedErrorCode}): look at the disk and at the system's log", fault),
        CannotOpen => Unavailable($"The store {path} cannot be opened: look whether its folder is there and open to this user", fault),
        Busy or Locked => Unavailable($"The store {path} is held by another program that writes to it: end that program or its transaction", fault),
        Corrupt or NotADatabase => Unavailable($"The store {path} is damaged: stop the daemon and restore a backup ({fault.Message})", fault),
        Constraint => new InvalidOperationException($"The store refused a row that breaks its rules: {fault.Message}", fault),
        _ => fault,
    };

    /// <summary>
    /// True when the connection may be in a bad state itself and a fresh one should be tried. Read-only is among them: a file that could
    /// only be opened for reading stays so for its connection, whatever becomes of the file.
    /// </summary>
    public static bool SpoilsConnection(SqliteException fault) => fault.SqliteErrorCode is ReadOnly or InputOutput or CannotOpen or Corrupt or NotADatabase;

    private static StoreUnavailableException Unavailable(string message, SqliteException fault) => new(message, fault);
}
