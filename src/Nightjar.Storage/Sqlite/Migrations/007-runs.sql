-- Passes, and incidents as runs. The log of a run is in the journal: of an incident its own rows, of a pass those after log_after up to log_last.
CREATE TABLE runs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    incident   INTEGER UNIQUE REFERENCES incidents (id),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    namespace  TEXT NOT NULL,
    mode       TEXT NOT NULL,
    status     TEXT NOT NULL,
    pods       INTEGER NOT NULL,
    errors     INTEGER NOT NULL,
    fixes      INTEGER NOT NULL,
    report     TEXT NOT NULL,
    log_after  INTEGER,
    log_last   INTEGER
);
CREATE INDEX runs_by_namespace ON runs (namespace, id);
CREATE INDEX runs_by_time ON runs (started_at);

CREATE TABLE fixes (
    run           INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key           TEXT NOT NULL,
    at            INTEGER NOT NULL,
    namespace     TEXT NOT NULL,
    pod_name      TEXT NOT NULL,
    error_type    TEXT NOT NULL,
    error_message TEXT NOT NULL,
    fix_applied   TEXT NOT NULL,
    status        TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;
