-- What the log engine learned of each service's log: a compressed record that only it can read.
CREATE TABLE log_memory (
    service  TEXT PRIMARY KEY,
    saved_at INTEGER NOT NULL,
    state    BLOB NOT NULL
) WITHOUT ROWID;
